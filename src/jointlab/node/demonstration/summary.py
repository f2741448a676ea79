"""What a demonstration node holds, counted, and whether it is whole."""

from typing import Any


def summary() -> dict[str, Any]:
    """As `jointlab demo --once` prints it for one node."""
    from jointlab.history.fsck import fsck
    from jointlab.history.models import Log, Record
    from jointlab.history.signing import sign_logs
    from jointlab.laboratory.models import File, Measurement, Reading, Result, Sample, Transfer
    from jointlab.ledger.tree import Frontier

    sign_logs()
    report = fsck(rows=True, contents=True)
    logs = [
        {"name": log.name, "size": log.size, "root": Frontier.from_bytes(bytes(log.frontier)).root().hex()}
        for log in Log.objects.order_by("name")
    ]
    return {
        "files": File.objects.count(),
        "refused": Reading.objects.filter(state=Reading.State.REFUSED).count(),
        "samples": Sample.objects.count(),
        "measurements": Measurement.objects.filter(withdrawn=False).count(),
        "figures": Result.objects.filter(shown=True).count(),
        "records": Record.objects.count(),
        "transfers": [f"{one.code} {one.state}" for one in Transfer.objects.order_by("code")],
        "agreements": agreements(),
        "places": places(),
        "shared_under": shared_under(),
        "logs": logs,
        "fsck": "clean" if report.clean else [finding.sentence for finding in report.findings if finding.wrong],
    }


def agreements() -> list[dict[str, str]]:
    """Every version that is signed or on the table, with where it stands today; alike on both nodes."""
    from jointlab.agreements.queries.book import book, version_of
    from jointlab.agreements.queries.lives import standing_on

    found = []
    for hash in book().courses:
        version, now = version_of(hash), standing_on(hash)
        assert now is not None, "the version is here"
        found.append({"title": version.head.title["en"], "version": hash, "state": now.state.value})
    return sorted(found, key=lambda one: (one["title"], one["version"]))


def places() -> list[dict[str, str]]:
    """Every clause on places of the two, with what is used in the period of today; alike on both nodes."""
    from jointlab.mobility.queries.places import lines_in_force

    found = [
        {"version": line.version.hash, "clause": line.clause.number, "period": line.now.period, "limit": str(line.now.limit), "used": str(line.now.used)}
        for line in lines_in_force("kz")
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one["version"], one["clause"]))


def shared_under() -> list[dict[str, Any]]:
    """How many records each side shares under which clause; alike on both nodes once they are in step."""
    from jointlab.laboratory.queries.clause_counts import shared_by_clause

    return [
        {"partnership": one.partnership, "from": one.giver, "version": one.clause.version, "clause": one.clause.number, "records": one.counts}
        for one in shared_by_clause() if one.total
    ]  # fmt: skip


def shared() -> list[list[str]]:
    """Projects, samples, figures and custody that both nodes must show alike: of the common project, by records, sorted."""
    from jointlab.laboratory.models import Measurement, Project, Result, Sample, Transfer
    from jointlab.laboratory.queries.custody import custody_of
    from jointlab.node.demonstration.content import SHARED

    project = Project.objects.get(title=SHARED)
    lines = [["project", project.id, project.title]]
    for sample in Sample.objects.filter(project=project):
        lines.append(["sample", sample.id, sample.code, sample.title])
    for one in Measurement.objects.filter(project=project, withdrawn=False):
        lines.append(["measurement", one.id, one.code, one.sample_id, one.technique])
    for figure in Result.objects.filter(measurement__project=project, shown=True).select_related("measurement"):
        lines.append(
            ["figure", figure.measurement_id, figure.quantity, str(figure.order), figure.value_text, figure.unit]
        )
    for sent in Transfer.objects.filter(sample__project=project):
        custody = custody_of(sent.sample)
        amounts = [custody.amount(part) for part in (custody.at_home, custody.under_way, custody.used, custody.lost)]
        lines.append(["transfer", sent.id, sent.code, sent.state, sent.head, *amounts])
    return sorted(lines)
