"""Who may do what: one table of action x role -> scope, and nothing beside it. Pure.

What the table does not allow is denied. Rights follow the roles held today and the units people
are in today, whatever day a question is about. That two people must act (who proposes never
confirms) is decided by the ledger, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from api.access.readers import Grant, Reader
from ledger.vocabulary_agency import Role


class Scope(StrEnum):
    """How far a role reaches in an action."""

    OWN = "own"  # one's own record
    ACTS = "acts"  # what one's own account did, where it concerns no person
    REPORTS = "reports"  # people whose appraiser one is today
    SUBTREE = "subtree"  # the unit of the grant and all below it; without unit the whole agency
    AGENCY = "agency"  # matters of the whole agency: only a grant without unit
    OPEN = "open"  # what concerns no person: whoever holds the role, wherever


class Action(StrEnum):
    """What somebody wants to do; the table says what each means."""

    READ_RULES = "read_rules"
    READ_LOG = "read_log"
    READ_UNITS = "read_units"
    READ_RECORD = "read_record"
    READ_IDENTITY = "read_identity"
    READ_RESTRICTED = "read_restricted"
    READ_ACCESS = "read_access"
    READ_CASES = "read_cases"
    READ_DECISIONS = "read_decisions"
    READ_TALENT = "read_talent"
    READ_WARNINGS = "read_warnings"
    READ_IMPORTS = "read_imports"
    READ_RECONCILIATION = "read_reconciliation"
    READ_PENDING = "read_pending"
    READ_EVENTS = "read_events"
    READ_AUDIT = "read_audit"
    READ_ROLES = "read_roles"
    READ_SYSTEM = "read_system"
    SEARCH_PEOPLE = "search_people"
    EXPORT = "export"
    TRY_RULES = "try_rules"
    PROPOSE_FACT = "propose_fact"
    RECORD_FACT = "record_fact"
    VERIFY_FACT = "verify_fact"
    CORRECT_FACT = "correct_fact"
    RECORD_UNIT = "record_unit"
    RECORD_REFERENCE = "record_reference"
    APPRAISE = "appraise"
    DISPUTE = "dispute"
    RESOLVE_DISPUTE = "resolve_dispute"
    RECORD_CASE = "record_case"
    FILE_OBJECTION = "file_objection"
    RULE = "rule"
    CONFIRM_RULING = "confirm_ruling"
    IMPORT = "import"
    CONFIRM_IMPORT = "confirm_import"
    WITHDRAW_IMPORT = "withdraw_import"
    ASSESS_UNIT = "assess_unit"
    SELF_ASSESS_UNIT = "self_assess_unit"
    CONFIRM_ASSESSMENT = "confirm_assessment"
    RECORD_INSPECTION = "record_inspection"
    FOLLOW_UP = "follow_up"
    DRAFT_DECISION = "draft_decision"
    RECOMMEND_DECISION = "recommend_decision"
    ISSUE_DECISION = "issue_decision"
    REVOKE_DECISION = "revoke_decision"
    PROPOSE_RULES = "propose_rules"
    CONFIRM_RULES = "confirm_rules"
    ACKNOWLEDGE_WARNING = "acknowledge_warning"
    PROPOSE_ROLE = "propose_role"
    CONFIRM_ROLE = "confirm_role"
    MANAGE_ACCOUNTS = "manage_accounts"
    HOLD = "hold"
    ERASE = "erase"
    CONFIRM_ERASURE = "confirm_erasure"
    MAKE_CHECKPOINT = "make_checkpoint"
    TAKE_BUNDLE = "take_bundle"


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about; nothing given is the agency as a whole.

    Attributes:
        person: the stream of an ASN.
        unit: the stream of the unit it is about, or that the person is in today.
        units_above: that unit and all above it today; empty where nobody knows, and then only
            grants over the whole agency reach.
        appraisers: who appraises the person today.
        actor: the account that did what it is about, where it is about no person.
    """

    person: UUID | None = None
    unit: UUID | None = None
    units_above: frozenset[UUID] = frozenset()
    appraisers: frozenset[UUID] = frozenset()
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    Attributes:
        says: what the action is, for the page of rights.
        scopes: who may, and how far; a role that is not named may not.
        oneself: False where nobody may do it to his own record, whatever his role.
        own_unit: False where nobody may do it to the unit he serves in, or one above it.
    """

    says: str
    scopes: Mapping[Role, frozenset[Scope]]
    oneself: bool = True
    own_unit: bool = True


_OWN, _REPORTS, _SUBTREE = Role.ASN, Role.APPRAISER, frozenset({Scope.SUBTREE})


def _may(
    *within: Role, own: bool = False, reports: bool = False, acts: tuple[Role, ...] = ()
) -> Mapping[Role, frozenset[Scope]]:
    """Roles over their subtree; the ASN himself, the appraiser; `acts`: also what they did."""
    found = dict.fromkeys(within, _SUBTREE)
    if own:
        found[_OWN] = frozenset({Scope.OWN})
    if reports:
        found[_REPORTS] = frozenset({Scope.REPORTS})
    for role in acts:
        found[role] = found.get(role, frozenset()) | {Scope.ACTS}
    return MappingProxyType(found)


def _whole(*roles: Role) -> Mapping[Role, frozenset[Scope]]:
    return MappingProxyType(dict.fromkeys(roles, frozenset({Scope.AGENCY})))


def _open(*roles: Role) -> Mapping[Role, frozenset[Scope]]:
    return MappingProxyType(dict.fromkeys(roles, frozenset({Scope.OPEN})))


_ASSESSOR, _OPERATOR, _ANALYST = Role.ASSESSOR, Role.OPERATOR, Role.ANALYST
_HEAD, _APPROVER, _PANEL = Role.UNIT_HEAD, Role.APPROVER, Role.PANEL
_AUDITOR, _DECIDER, _ADMINISTRATOR = Role.AUDITOR, Role.DECIDER, Role.ADMINISTRATOR
_RECORDS = (_HEAD, _OPERATOR, _ANALYST, _APPROVER, _PANEL, _AUDITOR, _DECIDER)

TABLE: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.READ_RULES: Rule("instruments, articles, procedures, lists", _open(*Role)),
        Action.READ_LOG: Rule("checkpoints, tiles and proofs of the log itself", _open(*Role)),
        Action.READ_UNITS: Rule(
            "the tree of units and a unit's figures, cells under five hidden from those who may"
            " not read its people's records",
            _open(*Role),
        ),
        Action.READ_RECORD: Rule(
            "a person's facts, scores, traces and differences, under an opaque id",
            _may(*_RECORDS, own=True, reports=True),
        ),
        Action.READ_IDENTITY: Rule(
            "sealed fields of the class identity: number, name, titles, institutions",
            _may(*_RECORDS, own=True, reports=True),
        ),
        Action.READ_RESTRICTED: Rule(
            "sealed fields of the class restricted: grounds, examination, health",
            _may(_PANEL, _DECIDER, own=True),
        ),
        Action.READ_ACCESS: Rule("who looked at a person's record", _may(_AUDITOR, own=True)),
        Action.READ_CASES: Rule(
            "discipline cases and disputes with their clocks",
            _may(_HEAD, _ANALYST, _APPROVER, _PANEL, _AUDITOR, _DECIDER, own=True, reports=True),
        ),
        Action.READ_DECISIONS: Rule(
            "decisions with their basis and candidates",
            _may(_HEAD, _ANALYST, _APPROVER, _PANEL, _AUDITOR, _DECIDER, own=True),
        ),
        Action.READ_TALENT: Rule(
            "people ranked, with the requirements they meet and their boxes of nine",
            _may(_HEAD, _ANALYST, _APPROVER, _PANEL, _AUDITOR, _DECIDER),
        ),
        Action.READ_WARNINGS: Rule(
            "early warnings, and who is late with what",
            _may(_HEAD, _OPERATOR, _ANALYST, _APPROVER, _AUDITOR, own=True, reports=True),
        ),
        Action.READ_IMPORTS: Rule(
            "imports, their counts and refused rows",
            _may(_OPERATOR, _ANALYST, _APPROVER, _AUDITOR, acts=(_OPERATOR, _ANALYST)),
        ),
        Action.READ_RECONCILIATION: Rule(
            "our scores beside those SIASN printed",
            _may(_OPERATOR, _ANALYST, _APPROVER, _AUDITOR),
        ),
        Action.READ_PENDING: Rule(
            "what waits for a second person: what he proposed, may close, or reads the like of",
            _open(*Role),
        ),
        Action.READ_EVENTS: Rule(
            "the events of everybody, open fields", _whole(_ANALYST, _AUDITOR)
        ),
        Action.READ_AUDIT: Rule("replay, random sample, access search", _whole(_AUDITOR)),
        Action.READ_ROLES: Rule(
            "who holds which role, until when", _whole(_APPROVER, _AUDITOR, _ADMINISTRATOR)
        ),
        Action.READ_SYSTEM: Rule("health of the installation", _whole(_AUDITOR, _ADMINISTRATOR)),
        Action.SEARCH_PEOPLE: Rule(
            "search by name or number; finds only people whose record he may read",
            _open(_REPORTS, *_RECORDS),
        ),
        Action.EXPORT: Rule(
            "answers about many people as a file",
            _may(_HEAD, _ANALYST, _APPROVER, _AUDITOR, _DECIDER),
        ),
        Action.TRY_RULES: Rule(
            "a changed rule tried on many people, stored nowhere",
            _may(_HEAD, _ANALYST, _APPROVER, _PANEL, _AUDITOR, _DECIDER),
        ),
        Action.PROPOSE_FACT: Rule(
            "a fact with its document, to be verified by somebody else",
            _may(_HEAD, _OPERATOR, _ANALYST, own=True, reports=True),
        ),
        Action.RECORD_FACT: Rule("a fact about a person", _may(_OPERATOR, _ANALYST), oneself=False),
        Action.VERIFY_FACT: Rule(
            "accept or refuse a proposed fact",
            _may(_OPERATOR, _ANALYST, _APPROVER),
            oneself=False,
        ),
        Action.CORRECT_FACT: Rule(
            "correct, annul or end a fact",
            _may(_OPERATOR, _ANALYST, _APPROVER),
            oneself=False,
        ),
        Action.RECORD_UNIT: Rule("a fact about a unit", _may(_OPERATOR, _ANALYST)),
        Action.RECORD_REFERENCE: Rule("calendars and position references", _whole(_ANALYST)),
        Action.APPRAISE: Rule(
            "plans, appraisals, feedback, dialogues", _may(_HEAD, reports=True), oneself=False
        ),
        Action.DISPUTE: Rule(
            "contest a fact",
            _may(_HEAD, _OPERATOR, _ANALYST, _PANEL, _AUDITOR, own=True, reports=True),
        ),
        Action.RESOLVE_DISPUTE: Rule("decide a dispute", _may(_PANEL), oneself=False),
        Action.RECORD_CASE: Rule(
            "steps of a discipline case",
            _may(_HEAD, _ANALYST, _PANEL, _DECIDER, reports=True),
            oneself=False,
        ),
        Action.FILE_OBJECTION: Rule("an objection or appeal", _may(_PANEL, own=True)),
        Action.RULE: Rule("propose a ruling", _may(_PANEL), oneself=False),
        Action.CONFIRM_RULING: Rule("confirm a ruling", _may(_APPROVER, _PANEL), oneself=False),
        Action.IMPORT: Rule(
            "upload, check and propose an import; each row within reach",
            _may(_OPERATOR, _ANALYST),
        ),
        Action.CONFIRM_IMPORT: Rule("confirm an import", _may(_ANALYST, _APPROVER)),
        Action.WITHDRAW_IMPORT: Rule("take a whole import back", _whole(_ANALYST, _APPROVER)),
        Action.ASSESS_UNIT: Rule(
            "score a component of a unit's assessment",
            _may(_ASSESSOR),
            oneself=False,
            own_unit=False,
        ),
        Action.SELF_ASSESS_UNIT: Rule("a unit's own assessment of itself", _may(_HEAD)),
        Action.CONFIRM_ASSESSMENT: Rule(
            "set an assessment (DITETAPKAN)", _may(_APPROVER), oneself=False, own_unit=False
        ),
        Action.RECORD_INSPECTION: Rule(
            "inspections and findings", _may(_AUDITOR), oneself=False, own_unit=False
        ),
        Action.FOLLOW_UP: Rule("follow a finding up", _may(_HEAD, _OPERATOR)),
        Action.DRAFT_DECISION: Rule("draft a decision", _may(_ANALYST, _DECIDER), oneself=False),
        Action.RECOMMEND_DECISION: Rule(
            "recommend on a decision", _may(_APPROVER, _PANEL), oneself=False
        ),
        Action.ISSUE_DECISION: Rule("issue a decision", _may(_DECIDER), oneself=False),
        Action.REVOKE_DECISION: Rule("revoke a decision", _may(_DECIDER), oneself=False),
        Action.PROPOSE_RULES: Rule(
            "propose to enact or repeal a text", _whole(_ANALYST, _APPROVER)
        ),
        Action.CONFIRM_RULES: Rule("confirm an enactment or repeal", _whole(_APPROVER, _DECIDER)),
        Action.ACKNOWLEDGE_WARNING: Rule(
            "acknowledge an early warning",
            _may(_HEAD, _OPERATOR, _ANALYST, reports=True),
            oneself=False,
        ),
        Action.PROPOSE_ROLE: Rule("propose to grant or revoke a role", _whole(_ADMINISTRATOR)),
        Action.CONFIRM_ROLE: Rule("confirm a role", _whole(_APPROVER, _ADMINISTRATOR)),
        Action.MANAGE_ACCOUNTS: Rule("accounts, tokens and sessions", _whole(_ADMINISTRATOR)),
        Action.HOLD: Rule(
            "place or lift a legal hold", _may(_APPROVER, _PANEL, _AUDITOR), oneself=False
        ),
        Action.ERASE: Rule("propose to erase an identity", _whole(_ADMINISTRATOR), oneself=False),
        Action.CONFIRM_ERASURE: Rule("confirm an erasure", _whole(_APPROVER), oneself=False),
        Action.MAKE_CHECKPOINT: Rule("sign a checkpoint", _whole(_AUDITOR, _ADMINISTRATOR)),
        Action.TAKE_BUNDLE: Rule("an audit bundle", _may(_AUDITOR)),
    }
)

NOTHING = Target()


def may(reader: Reader, action: Action, target: Target = NOTHING) -> bool:
    """Whether somebody may do something to somebody, a unit, or the agency as a whole.

    Nobody reaches by a role what the rule keeps from his own record or his own unit.
    """
    rule = TABLE[action]
    if _too_near(reader, rule, target):
        return False
    return any(
        _reaches(reader, grant, scope, target)
        for grant in reader.held()
        for scope in rule.scopes.get(grant.role, ())
    )


def _too_near(reader: Reader, rule: Rule, target: Target) -> bool:
    """Whether it is his own record, or his own unit, of which the rule keeps him away."""
    if target.person is not None:
        return not rule.oneself and target.person == reader.person
    return not rule.own_unit and target.unit is not None and target.unit in reader.home


def _reaches(reader: Reader, grant: Grant, scope: Scope, target: Target) -> bool:
    match scope:
        case Scope.OPEN:
            return True
        case Scope.AGENCY:
            return grant.unit is None
        case Scope.SUBTREE:
            return grant.unit is None or grant.unit in target.units_above
        case Scope.REPORTS:
            appraises = reader.person is not None and reader.person in target.appraisers
            return appraises and (grant.unit is None or grant.unit in target.units_above)
        case Scope.OWN:
            return target.person is not None and target.person == reader.person
        case Scope.ACTS:
            return target.person is None and target.actor == reader.account
