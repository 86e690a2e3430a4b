"""A helper's day with the generated Python client, and the leader's workbook."""

import io
import os
import time
import uuid
from datetime import datetime, timedelta, timezone

import openpyxl
from qianshou_client import AuthenticatedClient, Client
from qianshou_client.api.access import create_account, create_session
from qianshou_client.api.households import get_household, list_households
from qianshou_client.api.progress import download_progress_workbook
from qianshou_client.api.rosters import (
    commit_import,
    download_import_file,
    get_import,
    import_staff,
    list_import_problems,
)
from qianshou_client.api.staff import list_staff
from qianshou_client.api.visits import list_visits, log_visit
from qianshou_client.types import File
from qianshou_client.models import (
    Benefit,
    BenefitKind,
    Credentials,
    ImportCommit,
    ImportState,
    ImportStaffBody,
    NewAccount,
    NewVisit,
    Problem,
    Role,
    VisitKind,
    WhoMet,
)

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

    # Someone who is responsible for a household gets an account.
    helper = next(
        person
        for person in list_staff.sync(client=administrator, limit=200).items
        if list_households.sync(client=administrator, staff_id=person.id, limit=1).items
    )
    made = create_account.sync(
        client=administrator,
        body=NewAccount(username=f"python-{uuid.uuid4()}", role=Role.HELPER, staff_id=helper.id),
    )
    teacher = log_in(made.account.username, made.password)

    # My households, and no others.
    mine = list_households.sync(client=teacher, mine=True).items
    assert mine, "the helper has households"
    household = get_household.sync(client=teacher, id=mine[0].id)
    assert mine[0].head_name in [member.name for member in household.members]
    print(f"{len(mine)} households; the first is {mine[0].head_name}, {mine[0].village}")

    # One visit, sent twice by a bad network, logged once.
    visit = NewVisit(
        visited_on=TODAY,
        kind=VisitKind.HOME,
        met=WhoMet.HEAD,
        situation_confirmed=True,
        causes_confirmed=True,
        wishes="盼孩子安心读完书",
        benefits=[
            Benefit(kind=BenefitKind.SCHOOL_AID, amount_fen=50_000, description="助学金")
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

    # Problems are typed too.
    unknown = get_household.sync_detailed(client=teacher, id=uuid.uuid4())
    assert unknown.status_code == 404 and unknown.parsed.code == "not_found"

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

    # The workbook opens.
    answer = download_progress_workbook.sync_detailed(client=administrator, year=TODAY.year)
    assert answer.status_code == 200, answer
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    print("the workbook opens:", "、".join(workbook.sheetnames))
    assert len(workbook.sheetnames) >= 4


main()
