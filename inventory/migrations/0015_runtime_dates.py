"""The table of runtime dates grew: functions that were read before it did get the dates that it now has."""

from typing import Any

from django.db import migrations

from inventory.eol import runtime_life


def fill(apps: Any, _: Any) -> None:
    functions = apps.get_model("inventory", "Function").objects
    undated = functions.filter(runtime_eol=None).exclude(runtime=None).exclude(runtime="")
    for provider, runtime in undated.order_by().values_list("provider", "runtime").distinct():
        life = runtime_life(provider, runtime)
        if life:
            undated.filter(provider=provider, runtime=runtime).update(runtime_eol=life.ends)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0014_posture_worst")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
