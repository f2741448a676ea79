"""`jointlab partners`, `pull`, `status`, `verify`, `recover`, `rotate-key`, `revoke-key`, `carry`."""

import datetime as dt
import getpass
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from jointlab.errors import BadInput, Fault
from jointlab.node.commands import DONE, NOT_DONE


def run_partners(options: Namespace) -> int:
    """List partners, propose a pairing, confirm it, print the act, make the key on paper."""
    return {"list": _list, "pair": _pair, "confirm": _confirm, "address": _address, "act": _act, "key": _key, "settle": _settle, "together": _together}[options.action or "list"](options)  # fmt: skip


def run_status(options: Namespace) -> int:
    """The state of every link and log; with --json for programs."""
    from jointlab.federation.overview import overview

    found = overview()
    if options.json:
        print_line(json.dumps(found, ensure_ascii=False, default=str))
        return DONE
    if not found["partners"]:
        print_line("No partners yet. Pair with one: jointlab partners pair https://lab.example.org")
    for partner in found["partners"]:
        proof = f"{partner['proof_at'].astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if partner["proof_at"] else "never"
        state = partner["state"] if partner["paired"] else "waiting"
        print_line(f"{partner['prefix']}  {state}  last proof {proof}  {partner['sentence']}".rstrip())
        if not partner["paired"]:
            print_line(f"    {_awaited(partner)}")
        for log in partner["logs"]:
            entries = "entry" if log["size"] == 1 else "entries"
            print_line(f"    {log['log']:<20} {log['size']:>10} {entries}  {log['state']}  {log['said']}")
    return DONE


def _awaited(partner: dict[str, Any]) -> str:
    """Whose confirmation is missing."""
    if not partner["confirmed"]:
        return f"compare the code with its administrator, then: jointlab partners confirm {partner['prefix']}"
    return "waits for the other side's confirmation"


def run_pull(options: Namespace) -> int:
    """Pull from one partner or all, once."""
    from jointlab.federation.models import Partner
    from jointlab.federation.puller import pull_now
    from jointlab.federation.pulling import partner_named

    wanted = [partner_named(options.partner)] if options.partner else list(Partner.objects.exclude(confirmed_at=None))
    status = DONE
    for partner in wanted:
        if partner.reach == Partner.Reach.THEY_DELIVER and partner.confirmed_at and not partner.address:
            print_line(_brings(partner))
            continue
        try:
            done = pull_now(partner)
        except Fault as fault:
            status = NOT_DONE
            print_line(f"{partner.prefix}: {fault.message}")
            continue
        print_line(f"{partner.prefix}: {done.entries} new entries, {done.bytes} bytes")
        for log in done.halted:
            status = NOT_DONE
            print_line(f"{log} is halted: jointlab status; jointlab verify {log}")
    return status


def _brings(partner: Any) -> str:
    """Of a partner that cannot be called: nothing is to be done here."""
    seen = (
        f"it was last here at {partner.seen_at:%Y-%m-%d %H:%M} UTC" if partner.seen_at else "it has not been here yet"
    )
    return f"{partner.prefix} cannot be called from here: it opens the link itself and brings its pages; {seen}."


def run_verify(options: Namespace) -> int:
    """A log of this node from its first entry, or a file of evidence; the latter needs no node's word."""
    from jointlab.federation.verifying import verify_file, verify_log

    named = Path(options.subject)
    lines, good = verify_file(named) if named.is_file() else verify_log(options.subject, save=options.save)
    for line in lines:
        print_line(line)
    return DONE if good else NOT_DONE


def run_recover(options: Namespace) -> int:
    """After a restore: take back what the partners hold of our logs; what all readers have answered for goes on."""
    from jointlab.federation.recovering import recover_all

    done = recover_all()
    for found in done.recovered:
        print_line(f"{found.log}: {found.entries} entries came back, {found.records} records")
        for record in found.kept_apart:
            print_line(f"    {record} could not be made into rows; its entry is kept")
    for prefix, reason in done.not_asked.items():
        print_line(f"{prefix} has not answered, so its logs still wait: {reason}")
    for log in done.open:
        print_line(f"{log} goes on")
    if not (done.recovered or done.not_asked or done.open):
        print_line("No log of this node waits for its partners.")
    return NOT_DONE if done.not_asked else DONE


def run_rotate(options: Namespace) -> int:
    """A new node key, announced by the old one."""
    from jointlab.federation.key_changes import rotate

    print_line(f"The new key: {rotate().public.fingerprint}")
    return DONE


def run_revoke(options: Namespace) -> int:
    """A new node key, and the old one revoked, by the recovery key on paper."""
    from jointlab.federation.key_changes import revoke
    from jointlab.federation.own import recovery_from_paper

    groups = getpass.getpass("Recovery key: ") if sys.stdin.isatty() else sys.stdin.readline()
    print_line(f"The new key: {revoke(recovery_from_paper(groups)).public.fingerprint}")
    return DONE


def run_carry(options: Namespace) -> int:
    """Pages and raw files by a disk."""
    from jointlab.federation.carrying import MOST_RAW, carry_in, carry_out

    if options.direction == "out":
        limit = MOST_RAW if options.files_gb is None else round(options.files_gb * 10**9)
        done = carry_out(options.disk, to=options.to, limit=limit)
    else:
        done = carry_in(options.disk)
    print_line(f"{done.files} files, {done.entries} entries, {done.receipts} receipts, {done.bytes} bytes")
    raw = done.raw
    left = f"; {raw.left} ({raw.left_bytes / 1e6:.1f} MB) left for the next journey" if raw.left else ""
    print_line(f"{raw.files} raw files, {raw.bytes / 1e6:.1f} MB{left}")
    done.refused += raw.refused
    for prefix in done.met:
        print_line(f"{prefix} is not paired yet. Compare the code: jointlab partners confirm {prefix}")
    for sentence in done.refused:
        print_line(sentence)
    return NOT_DONE if done.refused else DONE


def show_recovery_key(groups: str) -> None:
    """Once, when it is made."""
    print_line("The recovery key of this node. Write it on paper now and lock it away; it is shown this once:")
    rows = groups.split("-")
    for at in range(0, len(rows), 4):
        print_line(f"  {'-'.join(rows[at : at + 4])}")


def _list(options: Namespace) -> int:
    from jointlab.federation.models import Partner
    from jointlab.federation.overview import state_of
    from jointlab.federation.pulling import shared_with

    for partner in Partner.objects.order_by("prefix"):
        together = ", ".join(log.partnership for log in shared_with(partner))
        state = "waits for the other side’s confirmation" if partner.waits else Partner.State(state_of(partner)).label
        if not partner.confirmed_at:
            who = "proposed from here" if partner.asked_here else "proposed by the other side"
            state = f"{who}, waits for: jointlab partners confirm {partner.prefix}"
        print_line(
            f"{partner.prefix}  {partner.origin}  {partner.address or partner.reach}  code {partner.code}  {state}"
            + (f"  shares with: {together}" if together else "")
        )
    if not Partner.objects.exists():
        print_line("No partners yet. Pair with one: jointlab partners pair https://lab.example.org")
    return DONE


def _pair(options: Namespace) -> int:
    from jointlab.federation.own import make_recovery_key
    from jointlab.federation.pairing import meet

    groups = make_recovery_key()
    if groups:
        show_recovery_key(groups)
    partner = meet(options.url, here=options.here, private_allowed=options.private, outbound=options.outbound)
    print_line(f"{partner.prefix} ({partner.origin}) answers. Both sides must see this code; compare it by telephone:")
    print_line(f"  {partner.code}")
    print_line(f"Then, on both sides:  jointlab partners confirm PREFIX   (here: {partner.prefix})")
    return DONE


def _confirm(options: Namespace) -> int:
    from jointlab.federation.pairing import confirm, waiting

    partner = waiting(options.prefix)
    code = options.code or _ask_code(partner)
    private = True if options.private else None
    partner = confirm(options.prefix, code=code, by="", private_allowed=private, address=options.url)
    print_line(
        f"Confirmed: {partner.prefix}. When both sides have, the act to print and sign: jointlab partners act {partner.prefix} FILE.pdf"
    )
    return DONE


def _ask_code(partner: Any) -> str:
    if sys.stdin.isatty():
        sys.stdout.write(f"This node shows the code {partner.code}. Type what the other side reads out: ")
        sys.stdout.flush()
    code = sys.stdin.readline().strip()
    if not code:
        raise BadInput("pairing.no-code", "Without the code of the other side nothing is confirmed.")
    return code


def _address(options: Namespace) -> int:
    from jointlab.federation.pairing import change_address

    partner = change_address(options.prefix, options.url, private_allowed=options.private)
    print_line(f"{partner.prefix} is called at {partner.address} from now on.")
    return DONE


def _act(options: Namespace) -> int:
    from jointlab.federation.act import act_of
    from jointlab.federation.pulling import partner_named

    options.file.write_bytes(act_of(partner_named(options.prefix)))
    print_line(f"Written: {options.file}")
    return DONE


def _key(options: Namespace) -> int:
    from jointlab.federation.own import make_recovery_key, recovery_public

    groups = make_recovery_key()
    if groups:
        show_recovery_key(groups)
    else:
        print_line(f"This node has a recovery key already; its fingerprint is {recovery_public().fingerprint}")
    return DONE


def _settle(options: Namespace) -> int:
    from jointlab.history.mirroring import settle

    settle(options.log, by="", settlement=options.why)
    print_line(f"{options.log} is followed again from where it stands. The evidence is kept.")
    return DONE


def _together(options: Namespace) -> int:
    from jointlab.federation.together import all_together, join

    found = [join(*options.members, by="")] if options.members else all_together()
    for one in found:
        print_line(_how_far(one))
        for member in one.members:
            if member.differs:
                print_line(f"    {member.prefix} knows other nodes by these prefixes: compare the acts of pairing")
    if not found:
        print_line("No partnership of more than two. Every member names all others: jointlab partners together cn uz")
    return DONE


def _how_far(one: Any) -> str:
    if one.stands:
        return f"{one.name}: all members have confirmed"
    told = ", ".join(member.prefix for member in one.members if member.prefix not in one.missing)
    return f"{one.name}: confirmed by {told or 'nobody'}; waits for {', '.join(one.missing)}"


def print_line(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")
