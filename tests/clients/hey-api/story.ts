// A helper's day with hey-api's client, whose zod validators look at all that is sent and received.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createClient, type Client } from "./client/client/index.js";
import {
  cancelImport,
  createAccount,
  createSession,
  downloadImportFile,
  downloadProgressWorkbook,
  getHousehold,
  getImport,
  getStaff,
  importHouseholds,
  listHouseholds,
  listStaff,
  listUnits,
  logVisit,
  streamImportEvents,
  updateStaff,
} from "./client/index.js";
import type { AccountRole, ImportProgress, Problem, VisitInput } from "./client/index.js";

const baseUrl = `${process.env["QIANSHOU_URL"]}/api/v1`;
// A date is a date in China.
const today = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);

// The generated validators look for a header as a property of `Headers`, which has none, so that no
// required header would ever do (hey-api/hey-api#2643, also in 0.99.0): here it has them.
for (const name of ["Idempotency-Key", "If-Match", "If-None-Match"]) {
  Object.defineProperty(Headers.prototype, name, {
    get(this: Headers) {
      return this.get(name) ?? undefined;
    },
  });
}

/** What came back, which must not be a problem. */
function good<T>(answer: { data?: T; error?: unknown }): T {
  assert(answer.data !== undefined, JSON.stringify(answer.error) ?? String(answer.error));
  return answer.data;
}

/** The problem that came back. */
function refused(answer: { data?: unknown; error?: unknown }): Problem {
  assert.equal(answer.data, undefined);
  assert(!(answer.error instanceof Error), String(answer.error));
  return answer.error as Problem;
}

async function logIn(username: string, password: string): Promise<{ client: Client; token: string }> {
  const anyone = createClient({ baseUrl });
  const { token } = good(await createSession({ client: anyone, body: { username, password } }));
  return { client: createClient({ baseUrl, auth: () => token }), token };
}

const { client: administrator, token } = await logIn(
  process.env["QIANSHOU_ADMIN"] ?? "",
  process.env["QIANSHOU_PASSWORD"] ?? "",
);

// Someone who is responsible for a household gets an account, with a Chinese name.
let helper: string | undefined;
for (const person of good(await listStaff({ client: administrator, query: { limit: 200 } })).items) {
  const query = { staff_id: person.id, limit: 1 };
  if (good(await listHouseholds({ client: administrator, query })).items.length > 0) {
    helper = person.id;
    break;
  }
}
assert(helper, "nobody is responsible for a household");
const role: AccountRole = "helper";
const username = `王芳-${randomUUID().slice(0, 8)}`;
const made = good(
  await createAccount({ client: administrator, body: { username, role, staff_id: helper } }),
);
assert.equal(made.account.username, username);
const { client: teacher } = await logIn(username, made.password ?? "");

// My households, and no others.
const mine = good(await listHouseholds({ client: teacher, query: { mine: true } })).items;
const first = mine[0];
assert(first, "the helper has households");
const household = good(await getHousehold({ client: teacher, path: { id: first.id } }));
assert(household.members.some((member) => member.name === first.head_name));
console.log(`${username}: ${mine.length} households; the first is ${first.head_name}, ${first.village}`);

// One visit, sent twice by a bad network, logged once.
const visit: VisitInput = {
  visited_on: today,
  kind: "phone",
  situation_confirmed: true,
  wishes: "盼孩子安心读完书",
  benefits: [{ kind: "school_aid", amount_fen: 50_000, description: "助学金" }],
};
const send = (body: VisitInput, key: string) =>
  logVisit({
    client: teacher,
    path: { id: household.id },
    headers: { "Idempotency-Key": key },
    body,
  });
const key = randomUUID();
const logged = good(await send(visit, key));
assert.equal(good(await send(visit, key)).id, logged.id);
assert.equal(logged.visited_on, today);
assert.equal(refused(await send({ ...visit, wishes: "盼有份工作" }, key)).code, "idempotency_key_reused");
console.log(`visit ${logged.id} logged once, though sent twice`);

// Problems say where.
const problem = refused(await send({ ...visit, kind: "home" }, randomUUID()));
assert.equal(problem.status, 422);
assert.deepEqual(problem.errors.map((error) => error.pointer), ["/met"]);
const unknown = await getHousehold({ client: teacher, path: { id: randomUUID() } });
assert.equal(unknown.response.status, 404);
assert.equal(refused(unknown).code, "not_found");
// What the document does not allow is not even sent.
const long = await send({ ...visit, wishes: "长".repeat(2001) }, randomUUID()).catch((error) => error);
assert.equal(long.issues?.[0]?.path.join("/"), "body/wishes");

// A change says what it changes: what is absent stays, null clears.
const change = async (body: { capacity?: number | null; specialty?: string | null }) => {
  const read = await getStaff({ client: administrator, path: { id: helper } });
  const etag = read.response.headers.get("etag");
  assert(etag);
  return good(
    await updateStaff({
      client: administrator,
      path: { id: helper },
      headers: { "If-Match": etag },
      body,
    }),
  );
};
assert.equal((await change({ capacity: 7 })).capacity, 7);
const changed = await change({ specialty: "书法" });
assert.deepEqual([changed.capacity, changed.specialty], [7, "书法"]);
const cleared = await change({ capacity: null });
assert.deepEqual([cleared.capacity ?? null, cleared.specialty], [null, "书法"]);

// A roster is uploaded and followed until it is looked through.
const roster = await readFile(process.env["QIANSHOU_ROSTER"] ?? "");
const file = new File([new Uint8Array(roster)], "户.xlsx");
const upload = () =>
  importHouseholds({ client: administrator, headers: { "Idempotency-Key": key }, body: { file } });
const job = good(await upload());
assert.equal(good(await upload()).id, job.id);
assert.equal(job.file_name, "户.xlsx");
const path = { id: job.id };
const { stream } = await streamImportEvents({ client: administrator, path, sseMaxRetryAttempts: 1 });
let last: ImportProgress | undefined;
for await (const event of stream) {
  last = event;
}
assert.equal(last?.state, "ready");
const ready = good(await getImport({ client: administrator, path }));
assert.equal(ready.version, last.version);
const kept = good(await downloadImportFile({ client: administrator, path, parseAs: "arrayBuffer" }));
assert(roster.equals(Buffer.from(kept as unknown as ArrayBuffer)));
assert.equal(good(await cancelImport({ client: administrator, path })).state, "cancelled");
console.log(`import: ${ready.message}`);

// A list, one by one, is the list.
const whole = good(await listUnits({ client: administrator, query: { limit: 200 } })).items;
const units: string[] = [];
for (let cursor: string | null | undefined; ; ) {
  const query = { limit: 1, ...(cursor ? { cursor } : {}) };
  const page = good(await listUnits({ client: administrator, query }));
  units.push(...page.items.map((unit) => unit.id));
  cursor = page.next_cursor;
  if (!cursor) break;
}
assert.deepEqual(units, whole.map((unit) => unit.id));

// The workbook is what anyone else gets, and is not sent twice.
const query = { year: Number(today.slice(0, 4)) };
const workbook = await downloadProgressWorkbook({ client: administrator, query });
const bytes = Buffer.from(await (good(workbook) as Blob).arrayBuffer());
const plain = await fetch(`${baseUrl}/reports/progress?year=${query.year}`, {
  headers: { Authorization: `Bearer ${token}` },
});
const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
assert.equal(sha256(bytes), sha256(Buffer.from(await plain.arrayBuffer())));
assert.match(workbook.response.headers.get("content-disposition") ?? "", /filename\*=UTF-8''/);
const etag = workbook.response.headers.get("etag") ?? "";
const headers = { "If-None-Match": etag };
const same = await downloadProgressWorkbook({ client: administrator, query, headers });
assert.equal(same.response.status, 304);
console.log(`the workbook has ${bytes.length} bytes, ${units.length} units stand in pages of one`);
