// The documentation in a real browser: nothing is fetched from elsewhere, every operation is listed below its
// tag, tags open and close, the search finds, the page's own texts are Chinese; and one can log in from it,
// and call an operation with the token, also after the page was loaded again.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const url = process.env.QIANSHOU_URL;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  const asked = [];
  const complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));

  const openapi = await (await fetch(`${url}/openapi.json`)).json();
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })));
  const tags = openapi.tags.map((tag) => tag.name);

  await page.goto(`${url}/docs`);
  const sidebar = page.locator("aside").first();
  const opened = (tag) => sidebar.getByRole("button", { name: `关闭分组 - ${tag}`, exact: true });
  const closed = (tag) => sidebar.getByRole("button", { name: `打开分组 - ${tag}`, exact: true });
  const listed = sidebar.locator("a[href*='/']").filter({ hasText: "HTTP 方法" });
  await closed(tags[0]).waitFor();
  assert.equal(await page.locator("h1").first().innerText(), openapi.info.title);

  // All tags are there, closed; opened, they list all operations; closed again, none.
  assert.equal(await listed.count(), 0, "operations below closed tags");
  for (const tag of tags) await closed(tag).click();
  for (const tag of tags) await opened(tag).waitFor();
  assert.equal(await listed.count(), operations.length, "operations listed");
  for (const { summary } of operations) {
    assert.ok(await listed.filter({ hasText: summary }).count(), `${summary} is not listed`);
  }
  for (const tag of tags) await opened(tag).click();
  await closed(tags.at(-1)).waitFor();
  await page.waitForFunction(() => !document.querySelector("aside").innerText.includes("HTTP 方法"));

  // The search finds by titles, ids and Chinese words of the descriptions, and leads there.
  for (const [words, path] of [
    ["link a unit to villages", "/units/{id}/villages"],
    ["unlockAccount", "/accounts/{id}/unlock"],
    ["结对花名册", "/reports/pairings"],
  ]) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "输入搜索查询" }).fill(words);
    await page.getByRole("option").filter({ hasText: path }).first().click();
    await page.waitForFunction((path) => decodeURI(location.hash).endsWith(path), path);
  }

  // Every word that is the page's own is Chinese, as far as one sees here.
  const texts = await page.locator("body").innerText();
  for (const words of ["搜索", "简介", "身份验证", "服务器", "客户端库", "下载 OpenAPI 文档", "模型"]) {
    assert.ok(texts.includes(words), `${words} is not there`);
  }

  const operation = (id) => operations.find((it) => it.operationId === id);
  // Opens an operation in the client of the page, which shows the request of the document's example.
  const tried = async (id) => {
    const { method, path, tags: [tag] } = operation(id);
    await page.goto(`${url}/docs#tag/${tag.toLowerCase()}/${method.toUpperCase()}${path}`);
    await page.reload();
    await page.getByRole("button", { name: `测试请求 (${method} ${path})` }).first().click();
    const client = page.getByRole("dialog").last();
    await client.getByText("发送请求").first().waitFor();
    return client;
  };
  const answer = async (client, status) => {
    await client.getByRole("button", { name: /^发送/ }).first().click();
    await client.getByText(status).first().waitFor();
    return JSON.parse((await client.locator(".cm-content").last().innerText()).replaceAll("\n", ""));
  };

  // Log in by trying createSession out.
  let client = await tried("createSession");
  const body = client.locator(".cm-content").filter({ hasText: "username" }).first();
  const { username } = operation("createSession").requestBody.content["application/json"].example;
  assert.ok((await body.innerText()).includes(username), "the document's example is there to begin with");
  await body.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(JSON.stringify({
    username: process.env.QIANSHOU_ADMIN,
    password: process.env.QIANSHOU_PASSWORD,
  }));
  const { token } = await answer(client, "201 Created");
  assert.ok(token, "a token came back");

  // Put the token in; it is there when the page is loaded again, and is sent.
  await page.goto(`${url}/docs`);
  await page.getByPlaceholder("令牌").first().fill(token);
  await page.waitForFunction((token) => JSON.stringify(localStorage).includes(token), token);
  await page.reload();
  await page.getByPlaceholder("令牌").first().waitFor();
  await page.waitForFunction((token) =>
    [...document.querySelectorAll("input")].some((input) => input.value === token), token);
  client = await tried("getMyAccount");
  assert.equal((await answer(client, "200 OK")).role, "administrator");

  const elsewhere = asked.filter((address) => !address.startsWith(url) && !/^(data|blob):/.test(address));
  assert.deepEqual(elsewhere, [], "requests that left the machine");
  assert.deepEqual(complaints, [], "complaints of the browser");
  mkdirSync("build", { recursive: true });
  await page.screenshot({ path: "build/docs-account.png" });
  await page.goto(`${url}/docs`);
  await closed(tags[0]).waitFor();
  await page.screenshot({ path: "build/docs.png" });
  console.log(`${operations.length} operations listed; ${asked.length} requests, all to ${url}`);
} finally {
  await browser.close();
}
