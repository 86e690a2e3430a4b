"""A helper's day with the generated Python client, and the leader's workbook."""

import hashlib
import io
import json
import os
import pathlib
import time
import uuid
from datetime import datetime, timedelta, timezone

import httpx
import openpyxl
from qianshou_client import AuthenticatedClient, Client
from qianshou_client.api.access import create_account, create_session
from qianshou_client.api.households import get_household, list_households
from qianshou_client.api.progress import download_progress_workbook
from qianshou_client.api.rosters import (
    cancel_import,
    commit_import,
    download_import_file,
    get_import,
    import_households,
    import_staff,
    list_import_problems,
)
from qianshou_client.api.staff import get_staff, list_staff, list_units, update_staff
from qianshou_client.api.visits import list_visits, log_visit
from qianshou_client.models import (
    AccountInput,
    AccountRole,
    BenefitKind,
    Credentials,
    DeliveredBenefit,
    ImportCommit,
    ImportHouseholdsBody,
    ImportJob,
    ImportProgress,
    ImportStaffBody,
    ImportState,
    Problem,
    StaffMember,
    StaffPatch,
    VisitInput,
    VisitKind,
    WhoMet,
)
from qianshou_client.types import File

# A date is a date in China.
TODAY = datetime.now(timezone(timedelta(hours=8))).date()
BASE = os.environ["QIANSHOU_URL"] + "/api/v1"


def log_in(username: str, password: str) -> AuthenticatedClient:
    session = create_session.sync(
        client=Client(base_url=BASE), body=Credentials(username=username, password=password)
    )
    assert not isinstance(session, Problem) and session is not None, session
    return AuthenticatedClient(base_url=BASE, token=session.token, raise_on_unexpected_status=True)


def main() -> None:
    administrator = log_in(os.environ["QIANSHOU_ADMIN"], os.environ["QIANSHOU_PASSWORD"])

    # Someone who is responsible for a household gets an account, with a Chinese name.
    helper = next(
        person
        for person in list_staff.sync(client=administrator, limit=200).items
        if list_households.sync(client=administrator, staff_id=person.id, limit=1).items
    )
    username = f"王芳-{uuid.uuid4().hex[:8]}"
    made = create_account.sync(
        client=administrator,
        body=AccountInput(username=username, role=AccountRole.HELPER, staff_id=helper.id),
    )
    assert not isinstance(made, Problem) and made.account.username == username, made
    teacher = log_in(made.account.username, made.password)

    # My households, and no others.
    mine = list_households.sync(client=teacher, mine=True).items
    assert mine, "the helper has households"
    household = get_household.sync(client=teacher, id=mine[0].id)
    assert mine[0].head_name in [member.name for member in household.members]
    print(
        f"{username}: {len(mine)} households; the first is {mine[0].head_name}, {mine[0].village}"
    )

    # One visit, sent twice by a bad network, logged once.
    visit = VisitInput(
        visited_on=TODAY,
        kind=VisitKind.HOME,
        met=WhoMet.HEAD,
        situation_confirmed=True,
        causes_confirmed=True,
        wishes="盼孩子安心读完书",
        benefits=[
            DeliveredBenefit(kind=BenefitKind.SCHOOL_AID, amount_fen=50_000, description="助学金")
        ],
    )
    key = str(uuid.uuid4())
    before = len(list_visits.sync(client=teacher, household_id=household.id, limit=200).items)
    first = log_visit.sync(client=teacher, id=household.id, body=visit, idempotency_key=key)
    again = log_visit.sync(client=teacher, id=household.id, body=visit, idempotency_key=key)
    assert not isinstance(first, Problem), first
    assert first.id == again.id and first.visited_on == visit.visited_on
    after = len(list_visits.sync(client=teacher, household_id=household.id, limit=200).items)
    assert after == before + 1, (before, after)
    visit.wishes = "盼有份工作"
    refused = log_visit.sync(client=teacher, id=household.id, body=visit, idempotency_key=key)
    assert isinstance(refused, Problem) and refused.code == "idempotency_key_reused", refused
    print(f"visit {first.id} logged once, though sent twice")

    # Problems are typed too, and say where.
    visit.kind, visit.met = VisitKind.HOME, None
    key = str(uuid.uuid4())
    refused = log_visit.sync(client=teacher, id=household.id, body=visit, idempotency_key=key)
    assert refused.status == 422 and [at.pointer for at in refused.errors] == ["/met"], refused
    visit.wishes = "长" * 2001
    refused = log_visit.sync(client=teacher, id=household.id, body=visit, idempotency_key=key)
    assert refused.status == 400 and [at.pointer for at in refused.errors] == ["/wishes"], refused
    unknown = get_household.sync_detailed(client=teacher, id=uuid.uuid4())
    assert unknown.status_code == 404 and unknown.parsed.code == "not_found"

    # A change says what it changes: what is absent stays, null clears.
    def change(patch: StaffPatch) -> StaffMember:
        etag = get_staff.sync_detailed(client=administrator, id=helper.id).headers["etag"]
        changed = update_staff.sync(client=administrator, id=helper.id, body=patch, if_match=etag)
        assert isinstance(changed, StaffMember), changed
        return changed

    assert change(StaffPatch(capacity=7)).capacity == 7
    changed = change(StaffPatch(specialty="书法"))
    assert (changed.capacity, changed.specialty) == (7, "书法"), changed
    changed = change(StaffPatch(capacity=None))
    assert not changed.capacity and changed.specialty == "书法", changed

    # A roster that is there already is uploaded and followed until it is looked through.
    roster = pathlib.Path(os.environ["QIANSHOU_ROSTER"]).read_bytes()
    key = str(uuid.uuid4())

    def upload() -> ImportJob:
        file = File(payload=io.BytesIO(roster), file_name="户.xlsx")
        body = ImportHouseholdsBody(file=file)
        return import_households.sync(client=administrator, body=body, idempotency_key=key)

    job = upload()
    assert upload().id == job.id and job.file_name == "户.xlsx", job
    # The generator reads an event stream as one JSON text: the events are its types, not its calls.
    path = f"/imports/{job.id}/events"
    with administrator.get_httpx_client().stream("GET", path) as stream:
        data = [line[5:] for line in stream.iter_lines() if line.startswith("data:")]
    last = ImportProgress.from_dict(json.loads(data[-1]))
    assert last.state == ImportState.READY, data
    assert get_import.sync(client=administrator, id=job.id).version == last.version
    assert download_import_file.sync_detailed(client=administrator, id=job.id).content == roster
    job = cancel_import.sync(client=administrator, id=job.id)
    assert job.state == ImportState.CANCELLED, job

    # A roster with one good row and one bad one: looked at, then the good one alone is taken in.
    sheet = io.BytesIO()
    roster = openpyxl.Workbook()
    roster.active.append(["工号", "姓名", "单位", "职级"])
    roster.active.append([f"P{uuid.uuid4().hex[:8]}", "丁老师", "新丰小学", "普通"])
    roster.active.append([f"P{uuid.uuid4().hex[:8]}", "丁主任", "新丰小学", "大官"])
    roster.save(sheet)
    upload = ImportStaffBody(file=File(payload=io.BytesIO(sheet.getvalue()), file_name="教师.xlsx"))
    job = import_staff.sync(client=administrator, body=upload)
    while job.state in (ImportState.QUEUED, ImportState.READING, ImportState.CHECKING):
        time.sleep(0.1)
        job = get_import.sync(client=administrator, id=job.id)
    assert job.state == ImportState.READY, job
    problem = list_import_problems.sync(client=administrator, id=job.id).items[0]
    assert problem.code == "unknown_code" and problem.cell == "D3", problem
    refused = commit_import.sync(client=administrator, id=job.id, body=ImportCommit())
    assert isinstance(refused, Problem) and refused.code == "import_has_errors", refused
    body = ImportCommit(good_rows_only=True)
    job = commit_import.sync(client=administrator, id=job.id, body=body)
    assert job.state == ImportState.COMMITTED and job.report.good.new == 1, job
    file = download_import_file.sync_detailed(client=administrator, id=job.id)
    assert file.content == sheet.getvalue()
    print("import:", job.message)

    # A list, one by one, is the list.
    whole = [unit.id for unit in list_units.sync(client=administrator, limit=200).items]
    page = list_units.sync(client=administrator, limit=1)
    units = [unit.id for unit in page.items]
    while page.next_cursor:
        page = list_units.sync(client=administrator, limit=1, cursor=page.next_cursor)
        units += [unit.id for unit in page.items]
    assert units == whole, (units, whole)

    # The workbook is what anyone else gets, is not sent twice, and opens.
    answer = download_progress_workbook.sync_detailed(client=administrator, year=TODAY.year)
    assert answer.status_code == 200, answer
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    plain = httpx.get(
        f"{BASE}/reports/progress",
        params={"year": TODAY.year},
        headers={"Authorization": f"Bearer {administrator.token}"},
    )
    digests = [hashlib.sha256(content).digest() for content in (answer.content, plain.content)]
    assert digests[0] == digests[1] and answer.parsed.payload.read() == answer.content
    again = download_progress_workbook.sync_detailed(
        client=administrator, year=TODAY.year, if_none_match=answer.headers["etag"]
    )
    assert again.status_code == 304, again
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    print("the workbook opens:", "、".join(workbook.sheetnames))
    assert len(workbook.sheetnames) >= 4


main()
