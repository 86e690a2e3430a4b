// The documentation in a real browser: nothing is fetched from elsewhere, every operation is shown,
// and one can log in and call an operation from it.

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

  await page.goto(`${url}/docs`);
  await page.waitForSelector(".opblock");
  const document = await (await fetch(`${url}/openapi.json`)).json();
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  assert.equal(await page.locator(".opblock").count(), operations.length, "operations shown");
  assert.equal(await page.locator(".title").first().innerText().then((text) => text.includes("牵手")), true);

  // Log in by trying createSession out.
  const login = page.locator("#operations-Access-createSession");
  await login.locator(".opblock-summary-control").click();
  await login.getByRole("button", { name: "Try it out" }).click();
  await login.locator("textarea").fill(JSON.stringify({
    username: process.env.QIANSHOU_ADMIN,
    password: process.env.QIANSHOU_PASSWORD,
  }));
  await login.getByRole("button", { name: "Execute" }).click();
  const answer = login.locator(".live-responses-table .highlight-code code").first();
  await answer.waitFor();
  const { token } = JSON.parse(await answer.innerText());
  assert.ok(token, "a token came back");

  // Authorize with the token, then ask who one is.
  await page.locator(".auth-wrapper .authorize").first().click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-btn-wrapper .authorize").click();
  await page.locator(".auth-btn-wrapper .btn-done").click();
  const me = page.locator("#operations-Access-getMyAccount");
  await me.locator(".opblock-summary-control").click();
  await me.getByRole("button", { name: "Try it out" }).click();
  await me.getByRole("button", { name: "Execute" }).click();
  const account = me.locator(".live-responses-table .highlight-code code").first();
  await account.waitFor();
  assert.equal(JSON.parse(await account.innerText()).role, "administrator");

  const elsewhere = asked.filter((address) => !address.startsWith(url) && !address.startsWith("data:"));
  assert.deepEqual(elsewhere, [], "requests that left the machine");
  assert.deepEqual(complaints, [], "complaints of the browser");
  mkdirSync("build", { recursive: true });
  await me.scrollIntoViewIfNeeded();
  await page.screenshot({ path: "build/docs-account.png" });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: "build/docs.png" });
  console.log(`${operations.length} operations shown; ${asked.length} requests, all to ${url}`);
} finally {
  await browser.close();
}
