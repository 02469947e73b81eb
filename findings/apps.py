"""What it means, and the pages that say so."""

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "findings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from findings.evaluate import judge_scope
        from findings.present import counts
        from findings.search import FINDING, FINDINGS
        from inventory.present import extras
        from inventory.record import scope_recorded
        from inventory.search.lists import FUNCTIONS, LISTS

        # The one arrow from collecting to judging: a scope was recorded and committed, so judge it.
        scope_recorded.connect(judge_scope, dispatch_uid="judge-scope")
        LISTS[FINDINGS.name] = FINDINGS
        FUNCTIONS.learn(FINDING)
        extras["findings"] = counts
