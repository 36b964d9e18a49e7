"""Which projects a turn reads: the configured ones, then those found by asking; of both the shard's own."""

from collections.abc import Callable, Iterable, Iterator

from watcher.decide.orders import Orders
from watcher.facts.accounts import ProjectId, Unread
from watcher.ports.leases import ApiError, LeaseReader, is_about_the_key
from watcher.rules.targets import DISCOVERY, Target


def targets(
    orders: Orders,
    reader: LeaseReader,
    *,
    inhabited: Callable[[], Iterable[ProjectId]],
    failed: Callable[[Unread], None],
) -> Iterator[Target]:
    """Configured projects as they are, discovered ones never enrolled.

    `inhabited`: those in which accounts are known. What discovery does not list any more (archived, of an
    unknown status, or because it fails) goes on being leased and paid for, so it is read on. A discovery that
    fails is handed to `failed`, not raised, unless it is about the key.
    """
    ours = orders.shard.has
    yield from (target for target in orders.targets if ours(target.id))
    if orders.discovered is None:
        return
    met = {target.id for target in orders.targets}
    asked = True
    try:
        for project in reader.projects():
            if project.id not in met and ours(project.id):
                met.add(project.id)
                yield Target(id=project.id, name=project.name, policies=orders.discovered, enrolled=False)
    except ApiError as error:
        if is_about_the_key(error):
            raise
        asked = False
        failed(Unread(project=DISCOVERY, name="discovery", code=error.code, why=error.summary))
    for known in inhabited():
        if known not in met and ours(known):
            yield Target(
                id=known,
                name=known,
                policies=orders.discovered,
                enrolled=False,
                named_by_nobody=asked,
            )
