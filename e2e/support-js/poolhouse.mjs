// Starts `poolhouse dev` for a test file and speaks its test controls.
//
// The program is taken from POOLHOUSE_BIN. With POOLHOUSE_URL set, a server that already runs is used instead.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

export const REGION = "us-east-1";
export const PASSWORD = "Correct-Horse-7!";
export const OTHER_PASSWORD = "Battery-Staple-8?";
const START_MILLISECONDS = 30_000;
/** What each second factor needs in SetUserPoolMfaConfig. */
const MFA_BLOCKS = {
  SMS_MFA: {
    SmsMfaConfiguration: {
      SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms", ExternalId: "x" },
    },
  },
  SOFTWARE_TOKEN_MFA: { SoftwareTokenMfaConfiguration: { Enabled: true } },
  EMAIL_OTP: { EmailMfaConfiguration: { Message: "Code {####}", Subject: "Code" } },
};

let counter = 0;
/** A name that nothing else in this test file uses. */
export const unique = (prefix) => `${prefix}${++counter}`;

/** A running server: its `url`, its test controls, and what an administrator sets up. */
export class Poolhouse {
  #process;
  #data;

  constructor(url, process, data) {
    this.url = url;
    this.#process = process;
    this.#data = data;
    this.admin = new CognitoIdentityProviderClient({
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
  }

  /** Runs `poolhouse dev` on a free port and waits until it listens; with `tls`, over HTTPS. */
  static async start({ tls = false } = {}) {
    if (process.env.POOLHOUSE_URL && !tls) return new Poolhouse(process.env.POOLHOUSE_URL);
    const data = await mkdtemp(join(tmpdir(), "poolhouse-e2e-"));
    const options = ["dev", "--listen", "127.0.0.1:0", "--data", data, ...(tls ? ["--tls"] : [])];
    const server = spawn(process.env.POOLHOUSE_BIN, options, { stdio: ["ignore", "pipe", "pipe"] });
    const url = await listening(server, tls ? "https" : "http");
    return new Poolhouse(url, server, data);
  }

  /** The certificate of the local authority that `--tls` makes. */
  get certificate() {
    return join(this.#data, "ca.pem");
  }

  async stop() {
    this.admin.destroy();
    if (!this.#process) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
    await rm(this.#data, { recursive: true, force: true });
  }

  async #control(method, path, body) {
    const answer = await fetch(`${this.url}/_poolhouse/${path}`, {
      method,
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : undefined;
  }

  /** Messages sent to an address, newest first. */
  inbox(to) {
    return this.#control("GET", `inbox?to=${encodeURIComponent(to)}`);
  }

  /** The code in the newest message to an address. */
  async code(to) {
    const [message] = await this.inbox(to);
    if (!message) throw new Error(`nothing was sent to ${to}`);
    return message.code;
  }

  advance(seconds) {
    return this.#control("POST", "clock/advance", { seconds });
  }

  setClock(seconds) {
    return this.#control("PUT", "clock", { offset_seconds: seconds });
  }

  /** A new pool that verifies e-mail addresses, with one app client: `{ id, clientId, clientSecret }`. */
  async makePool(settings = {}, client = {}) {
    const pool = await this.admin.send(
      new CreateUserPoolCommand({ PoolName: unique("pool"), AutoVerifiedAttributes: ["email"], ...settings }),
    );
    const id = pool.UserPool.Id;
    return { id, ...(await this.makeClient(id, client)) };
  }

  /** A pool that offers these second factors and, with mode ON, demands one. */
  async makeMfaPool(mode, factors, settings = {}) {
    // E-mail can be a second factor only where it is not sent by Cognito's default sender.
    const EmailConfiguration = {
      EmailSendingAccount: "DEVELOPER",
      SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/example.com",
    };
    const pool = await this.makePool({ EmailConfiguration, ...settings });
    await this.admin.send(
      new SetUserPoolMfaConfigCommand({
        UserPoolId: pool.id,
        MfaConfiguration: mode,
        ...Object.assign({}, ...factors.map((factor) => MFA_BLOCKS[factor])),
      }),
    );
    return pool;
  }

  /** A phone number that nothing else in this test file uses. */
  number() {
    return `+1206555${unique("").padStart(4, "0")}`;
  }

  async makeClient(poolId, settings = {}) {
    const { UserPoolClient } = await this.admin.send(
      new CreateUserPoolClientCommand({
        UserPoolId: poolId,
        ClientName: unique("client"),
        ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ...settings,
      }),
    );
    return { clientId: UserPoolClient.ClientId, clientSecret: UserPoolClient.ClientSecret };
  }

  /** A confirmed user with PASSWORD and, unless not `reachable`, a verified address. Returns `{ username, email }`. */
  async makeUser(poolId, username = unique("anna"), { reachable = true } = {}) {
    const email = `${username}@example.com`;
    const address = [
      { Name: "email", Value: email },
      { Name: "email_verified", Value: "true" },
    ];
    await this.admin.send(
      new AdminCreateUserCommand({
        UserPoolId: poolId,
        Username: username,
        MessageAction: "SUPPRESS",
        UserAttributes: reachable ? address : [],
      }),
    );
    await this.admin.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: poolId,
        Username: username,
        Password: PASSWORD,
        Permanent: true,
      }),
    );
    return { username, email };
  }
}

/** The address a starting server says it listens on. Both its streams keep being read. */
function listening(server, scheme) {
  return new Promise((resolve, reject) => {
    const said = [];
    const fail = (why) => reject(new Error(`poolhouse did not start (${why}):\n${said.join("\n")}`));
    const timer = setTimeout(() => {
      server.kill("SIGKILL");
      fail("timeout");
    }, START_MILLISECONDS);
    server.once("error", fail);
    server.once("exit", (code) => {
      clearTimeout(timer);
      fail(`exit ${code}`);
    });
    createInterface({ input: server.stderr }).on("line", (line) => said.push(line));
    createInterface({ input: server.stdout }).on("line", (line) => {
      said.push(line);
      const match = line.match(/listening on (https?):\/\/([\w.[\]:-]+)/);
      if (match?.[1] !== scheme) return;
      clearTimeout(timer);
      resolve(`${match[1]}://${match[2]}`);
    });
  });
}
