"""What `simulate --history` does: the recorded past, judged again by the rules of a configuration."""

from argparse import Namespace

from watcher.ahead.backtest import Backtest, PastRules
from watcher.cli.process import Process
from watcher.cli.render.backtest import backtest_json, render_backtest
from watcher.facts.accounts import ProjectId
from watcher.record.exit_codes import Exit
from watcher.rules.shards import WHOLE
from watcher.settings.load import Good
from watcher.texts.times import zone


def look_back(options: Namespace, good: Good, other: Good | None, process: Process) -> Exit:
    """By `other`, or else by the configuration in force, whose ledger it is either way. Reads no API."""
    from watcher.wiring.ledger import open_recorded
    from watcher.wiring.orders import orders_from

    asked = other or good
    orders = orders_from(asked.settings, options.shard or WHOLE)

    def rules(project: ProjectId) -> PastRules:
        target = orders.target(project)
        enrolled = target is not None and target.enrolled
        return PastRules(policies=orders.policies_of(project), enrolled=enrolled or options.enforced)

    with open_recorded(good.settings) as recorded:
        backtest = Backtest(
            rules=rules,
            turns=recorded.turns,
            words=recorded.words.with_words(orders.configured_holds.said),
            now=process.clock.now(),
        )
        for sightings in recorded.accounts:
            backtest.take(sightings)
    by = str(asked.path)
    if options.format == "json":
        process.out.write(backtest_json(backtest, by))
    else:
        process.out.write(
            render_backtest(
                backtest,
                by,
                timezone=zone(good.settings.timezone),
                width=process.width,
                color=process.color,
            )
        )
    return Exit.DONE
