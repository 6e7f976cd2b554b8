// Runs a test file a second time against `poolhouse dev --tls`. Node trusts the local authority through
// NODE_EXTRA_CA_CERTS, which it reads once, as it starts: hence a process of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Poolhouse } from "./poolhouse.mjs";

/** Declares the tests. `file` is a URL, `least` how many tests must have passed in it. */
export function overTls(file, least) {
  let server;

  before(async () => {
    server = await Poolhouse.start({ tls: true });
  });

  after(() => server?.stop());

  test("over TLS with the local authority", async () => {
    const { ok, output } = await run(fileURLToPath(file), {
      POOLHOUSE_URL: server.url,
      NODE_EXTRA_CA_CERTS: server.certificate,
    });
    assert.ok(ok, output);
    assert.ok(Number(output.match(/^# pass (\d+)$/m)[1]) >= least, output);
  });

  test("a client that does not know the authority refuses the server", async () => {
    await assert.rejects(fetch(`${server.url}/`), (error) => {
      assert.match(error.cause.code, /SELF_SIGNED|UNABLE_TO/);
      return true;
    });
  });
}

function run(file, env) {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const options = { env: { ...inherited, ...env }, timeout: 120_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--test", "--test-reporter=tap", file], options, (error, stdout) =>
      resolve({ ok: !error, output: stdout }),
    );
  });
}
