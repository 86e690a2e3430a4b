// A helper's day with the generated TypeScript types and openapi-fetch, and the leader's workbook.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

const baseUrl = `${process.env["QIANSHOU_URL"]}/api/v1`;

async function logIn(
  username: string,
  password: string,
): Promise<{ client: Client<paths>; token: string }> {
  const { data, error } = await createClient<paths>({ baseUrl }).POST("/sessions", {
    body: { username, password },
  });
  assert(data, error?.detail);
  const { token } = data;
  const headers = { Authorization: `Bearer ${token}` };
  return { client: createClient<paths>({ baseUrl, headers }), token };
}

/** What came back, which must not be a problem. */
function good<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  assert(answer.data !== undefined, answer.error?.detail);
  return answer.data;
}

const { client: administrator, token } = await logIn(
  process.env["QIANSHOU_ADMIN"] ?? "",
  process.env["QIANSHOU_PASSWORD"] ?? "",
);

// Someone who is responsible for a household gets an account, with a Chinese name.
const staff = good(await administrator.GET("/staff", { params: { query: { limit: 200 } } }));
let helper: string | undefined;
for (const person of staff.items) {
  const query = { staff_id: person.id, limit: 1 };
  const theirs = good(await administrator.GET("/households", { params: { query } }));
  if (theirs.items.length > 0) {
    helper = person.id;
    break;
  }
}
assert(helper, "nobody is responsible for a household");
const username = `王芳-${randomUUID().slice(0, 8)}`;
const made = good(
  await administrator.POST("/accounts", { body: { username, role: "helper", staff_id: helper } }),
);
assert.equal(made.account.username, username);
const { client: teacher } = await logIn(username, made.password ?? "");

// My households, and no others.
const mine = good(await teacher.GET("/households", { params: { query: { mine: true } } }));
const household = mine.items[0];
assert(household, "the helper has households");
console.log(
  `${username}: ${mine.items.length} households; the first is ${household.head_name}, ${household.village}`,
);

// One visit, sent twice by a bad network, logged once.
// A date is a date in China.
const today = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
const visit: Schemas["VisitInput"] = {
  visited_on: today,
  kind: "phone",
  situation_confirmed: true,
  causes_confirmed: false,
  measures: [],
  benefits: [],
  note: "电话里问了近况",
};
const request = {
  params: { path: { id: household.id }, header: { "Idempotency-Key": randomUUID() } },
};
const first = good(
  await teacher.POST("/households/{id}/visits", { ...request, body: visit }),
);
const again = good(
  await teacher.POST("/households/{id}/visits", { ...request, body: visit }),
);
assert.equal(first.id, again.id);
assert.equal(first.visited_on, today);
const other = await teacher.POST("/households/{id}/visits", {
  ...request,
  body: { ...visit, note: "另一次" },
});
assert.equal(other.error?.code, "idempotency_key_reused");
console.log(`visit ${first.id} logged once, though sent twice`);

// Problems are typed too, and say where.
const pointers = async (body: Schemas["VisitInput"], status: number) => {
  const params = { path: { id: household.id }, header: { "Idempotency-Key": randomUUID() } };
  const answer = await teacher.POST("/households/{id}/visits", { params, body });
  assert.equal(answer.response.status, status);
  return answer.error?.errors.map((error) => error.pointer);
};
assert.deepEqual(await pointers({ ...visit, kind: "home" }, 422), ["/met"]);
assert.deepEqual(await pointers({ ...visit, wishes: "长".repeat(2001) }, 400), ["/wishes"]);
const unknown = await teacher.GET("/households/{id}", { params: { path: { id: randomUUID() } } });
assert.equal(unknown.response.status, 404);
assert.equal(unknown.error?.code, "not_found");

// A change says what it changes: what is absent stays, null clears.
const change = async (body: Schemas["StaffPatch"]) => {
  const path = { id: helper };
  const read = await administrator.GET("/staff/{id}", { params: { path } });
  const header = { "If-Match": read.response.headers.get("etag") ?? "" };
  return good(await administrator.PATCH("/staff/{id}", { params: { path, header }, body }));
};
assert.equal((await change({ capacity: 7 })).capacity, 7);
const changed = await change({ specialty: "书法" });
assert.deepEqual([changed.capacity, changed.specialty], [7, "书法"]);
const cleared = await change({ capacity: null });
assert.deepEqual([cleared.capacity ?? null, cleared.specialty], [null, "书法"]);

// A roster is uploaded and followed until it is looked through.
const roster = await readFile(process.env["QIANSHOU_ROSTER"] ?? "");
const upload = () =>
  administrator.POST("/imports/households", {
    params: { header: request.params.header },
    // The types know a file as text: the form is made here.
    body: { file: "" },
    bodySerializer: () => {
      const form = new FormData();
      form.append("file", new File([new Uint8Array(roster)], "户.xlsx"));
      return form;
    },
  });
const job = good(await upload());
assert.equal(good(await upload()).id, job.id);
assert.equal(job.file_name, "户.xlsx");
const params = { path: { id: job.id } };
const events = good(await administrator.GET("/imports/{id}/events", { params, parseAs: "text" }));
const last: Schemas["ImportProgress"] = JSON.parse(events.trim().split("data:").at(-1) ?? "");
assert.equal(last.state, "ready");
const ready = good(await administrator.GET("/imports/{id}", { params }));
assert.equal(ready.version, last.version);
const kept = good(
  await administrator.GET("/imports/{id}/file", { params, parseAs: "arrayBuffer" }),
);
assert(roster.equals(Buffer.from(kept)));
assert.equal(good(await administrator.POST("/imports/{id}/cancel", { params })).state, "cancelled");
console.log(`import: ${ready.message}`);

// A list, one by one, is the list.
const whole = good(await administrator.GET("/units", { params: { query: { limit: 200 } } })).items;
const units: string[] = [];
for (let cursor: string | null | undefined; ; ) {
  const query = { limit: 1, ...(cursor ? { cursor } : {}) };
  const page = good(await administrator.GET("/units", { params: { query } }));
  units.push(...page.items.map((unit) => unit.id));
  cursor = page.next_cursor;
  if (!cursor) break;
}
assert.deepEqual(units, whole.map((unit) => unit.id));

// The workbook is what anyone else gets, and is not sent twice.
const year = Number(today.slice(0, 4));
const workbook = await administrator.GET("/reports/progress", {
  params: { query: { year } },
  parseAs: "arrayBuffer",
});
assert.equal(workbook.response.status, 200);
assert.match(workbook.response.headers.get("content-disposition") ?? "", /filename\*=UTF-8''/);
const bytes = Buffer.from(good(workbook));
const plain = await fetch(`${baseUrl}/reports/progress?year=${year}`, {
  headers: { Authorization: `Bearer ${token}` },
});
const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
assert.equal(sha256(bytes), sha256(Buffer.from(await plain.arrayBuffer())));
const header = { "If-None-Match": workbook.response.headers.get("etag") ?? "" };
const same = await administrator.GET("/reports/progress", {
  params: { query: { year }, header },
  parseAs: "arrayBuffer",
});
assert.equal(same.response.status, 304);
console.log(`the workbook has ${bytes.length} bytes, ${units.length} units stand in pages of one`);
