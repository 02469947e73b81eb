"""What it means, and the pages that say so."""

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "findings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import pre_delete

        from findings.again import judge_rest
        from findings.evaluate import judge_recorded
        from findings.models.ledger import forget
        from findings.present import counts
        from findings.search import FINDING, FINDINGS
        from findings.then import worst
        from findings.weighing import conditions, refused
        from inventory.models import Account
        from inventory.present import extras
        from inventory.record import readings_ended, scopes_recorded
        from inventory.search import can
        from inventory.search.lists import FUNCTIONS, LISTS
        from inventory.then import worst_at

        # The one arrow from collecting to judging: scopes were recorded and committed, so judge them.
        scopes_recorded.connect(judge_recorded, dispatch_uid="judge-recorded")
        readings_ended.connect(judge_rest, dispatch_uid="judge-rest")
        pre_delete.connect(lambda instance, **_: forget(instance), sender=Account, weak=False, dispatch_uid="uncount")
        LISTS[FINDINGS.name] = FINDINGS
        FUNCTIONS.learn(FINDING)
        if refused not in can.refusals:
            can.refusals.append(refused)
            can.conditions.append(conditions)
        extras["findings"] = counts
        if worst not in worst_at:
            worst_at.append(worst)
