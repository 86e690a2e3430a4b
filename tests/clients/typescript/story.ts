// A helper's day with the generated TypeScript types and openapi-fetch, and the leader's workbook.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

const baseUrl = `${process.env["QIANSHOU_URL"]}/api/v1`;

async function logIn(username: string, password: string): Promise<Client<paths>> {
  const { data, error } = await createClient<paths>({ baseUrl }).POST("/sessions", {
    body: { username, password },
  });
  assert(data, error?.detail);
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${data.token}` } });
}

/** What came back, which must not be a problem. */
function good<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  assert(answer.data !== undefined, answer.error?.detail);
  return answer.data;
}

const administrator = await logIn(
  process.env["QIANSHOU_ADMIN"] ?? "",
  process.env["QIANSHOU_PASSWORD"] ?? "",
);

// Someone who is responsible for a household gets an account.
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
const username = `typescript-${randomUUID()}`;
const made = good(
  await administrator.POST("/accounts", { body: { username, role: "helper", staff_id: helper } }),
);
const teacher = await logIn(username, made.password ?? "");

// My households, and no others.
const mine = good(await teacher.GET("/households", { params: { query: { mine: true } } }));
const household = mine.items[0];
assert(household, "the helper has households");
console.log(`${mine.items.length} households; the first is ${household.head_name}, ${household.village}`);

// One visit, sent twice by a bad network, logged once.
// A date is a date in China.
const today = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
const visit: Schemas["NewVisit"] = {
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

// Problems are typed too.
const unknown = await teacher.GET("/households/{id}", { params: { path: { id: randomUUID() } } });
assert.equal(unknown.response.status, 404);
assert.equal(unknown.error?.code, "not_found");

// The workbook is one.
const workbook = await administrator.GET("/reports/progress", {
  params: { query: { year: Number(today.slice(0, 4)) } },
  parseAs: "arrayBuffer",
});
assert.equal(workbook.response.status, 200);
assert.match(workbook.response.headers.get("content-disposition") ?? "", /filename\*=UTF-8''/);
const bytes = new Uint8Array(workbook.data as ArrayBuffer);
assert.equal(String.fromCharCode(...bytes.slice(0, 2)), "PK");
console.log(`the workbook has ${bytes.length} bytes`);
