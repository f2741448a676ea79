"""What a demonstration node holds, counted, and whether it is whole."""

from typing import Any


def summary() -> dict[str, Any]:
    """As `jointlab demo --once` prints it for one node."""
    from jointlab.history.fsck import fsck
    from jointlab.history.models import Log, Record
    from jointlab.history.signing import sign_logs
    from jointlab.laboratory.models import File, Measurement, Reading, Result, Sample
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
        "logs": logs,
        "fsck": "clean" if report.clean else [finding.sentence for finding in report.findings if finding.wrong],
    }


def shared() -> list[list[str]]:
    """Projects, samples and figures that both nodes must show alike: of the common project, by records, sorted."""
    from jointlab.laboratory.models import Measurement, Project, Result, Sample
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
    return sorted(lines)
