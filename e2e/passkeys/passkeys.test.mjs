// Passkeys in Chromium: a page served by the test makes and uses them with a virtual authenticator, exactly with the
// options that the API gives.
//
// The browser is the system's; CHROMIUM names another.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import {
  CognitoIdentityProviderClient,
  CompleteWebAuthnRegistrationCommand,
  DeleteWebAuthnCredentialCommand,
  InitiateAuthCommand,
  ListWebAuthnCredentialsCommand,
  RespondToAuthChallengeCommand,
  SetUserPoolMfaConfigCommand,
  StartWebAuthnRegistrationCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { chromium } from "playwright-core";
import { PASSWORD, Poolhouse, REGION } from "support";

let server, api, site, browser, pool;
let context, page, authenticator, user, AccessToken;

before(async () => {
  server = await Poolhouse.start();
  api = new CognitoIdentityProviderClient({
    endpoint: server.url,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  site = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<title>shop</title>"));
  await new Promise((resolve) => site.listen(0, resolve));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox does not start for root, which continuous integration often is.
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
  const factors = { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } };
  const flows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
  pool = await server.makePool({ Policies: factors }, { ExplicitAuthFlows: flows });
  await configure({ RelyingPartyId: "localhost" });
});

after(async () => {
  await browser?.close();
  site?.close();
  api?.destroy();
  await server?.stop();
});

beforeEach(async () => {
  await context?.close();
  await configure({ RelyingPartyId: "localhost" });
  user = await server.makeUser(pool.id);
  const { AuthenticationResult } = await begin({ PASSWORD }, "USER_PASSWORD_AUTH");
  AccessToken = AuthenticationResult.AccessToken;
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`http://localhost:${site.address().port}/`);
  authenticator = await Authenticator.in(page);
});

const configure = (WebAuthnConfiguration) =>
  server.admin.send(
    new SetUserPoolMfaConfigCommand({ UserPoolId: pool.id, MfaConfiguration: "OFF", WebAuthnConfiguration }),
  );

const begin = (parameters, AuthFlow = "USER_AUTH") =>
  api.send(
    new InitiateAuthCommand({
      AuthFlow,
      ClientId: pool.clientId,
      AuthParameters: { USERNAME: user.username, ...parameters },
    }),
  );

/** Chromium's virtual authenticator: a platform authenticator that keeps passkeys. */
class Authenticator {
  static async in(page) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    return Object.assign(new Authenticator(), { cdp, authenticatorId });
  }

  #send(command, parameters) {
    return this.cdp.send(`WebAuthn.${command}`, { authenticatorId: this.authenticatorId, ...parameters });
  }

  async credentials() {
    return (await this.#send("getCredentials")).credentials;
  }

  /** Sets back the counter of the one passkey: what a copy of the authenticator would have. */
  async rewind(signCount) {
    const [credential] = await this.credentials();
    await this.#send("removeCredential", { credentialId: credential.credentialId });
    await this.#send("addCredential", { credential: { ...credential, signCount } });
  }

  setUserVerified(isUserVerified) {
    return this.#send("setUserVerified", { isUserVerified });
  }
}

/** What the page does with options from the API. */
const inPage = {
  create: (options) =>
    page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
      return (await navigator.credentials.create({ publicKey })).toJSON();
    }, options),
  get: (options) =>
    page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      return (await navigator.credentials.get({ publicKey })).toJSON();
    }, options),
};

const start = async () =>
  (await api.send(new StartWebAuthnRegistrationCommand({ AccessToken }))).CredentialCreationOptions;
const complete = (Credential) => api.send(new CompleteWebAuthnRegistrationCommand({ AccessToken, Credential }));
const list = async () => (await api.send(new ListWebAuthnCredentialsCommand({ AccessToken }))).Credentials;

async function register() {
  const credential = await inPage.create(await start());
  await complete(credential);
  return credential;
}

const challenge = () => begin({ PREFERRED_CHALLENGE: "WEB_AUTHN" });

const respond = ({ Session }, credential) =>
  api.send(
    new RespondToAuthChallengeCommand({
      ClientId: pool.clientId,
      ChallengeName: "WEB_AUTHN",
      Session,
      ChallengeResponses: { USERNAME: user.username, CREDENTIAL: JSON.stringify(credential) },
    }),
  );

async function signIn() {
  const asked = await challenge();
  assert.equal(asked.ChallengeName, "WEB_AUTHN");
  return respond(asked, await inPage.get(JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS)));
}

const refused = (promise, name) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.name, name, error.message);
    return true;
  });

test("a passkey made in the browser is listed and signs in", async () => {
  const credential = await register();
  const [listed] = await list();
  assert.equal(listed.CredentialId, credential.id);
  assert.equal(listed.RelyingPartyId, "localhost");
  assert.equal(listed.AuthenticatorAttachment, "platform");
  assert.deepEqual(listed.AuthenticatorTransports, ["internal"]);
  for (let i = 0; i < 2; i++) {
    const { AuthenticationResult } = await signIn();
    assert.ok(AuthenticationResult.AccessToken && AuthenticationResult.RefreshToken);
  }
});

test("the browser keeps the passkey as a discoverable one of the user", async () => {
  await register();
  const [kept] = await authenticator.credentials();
  assert.equal(kept.isResidentCredential, true);
  assert.equal(kept.rpId, "localhost");
  const { sub } = JSON.parse(Buffer.from(AccessToken.split(".")[1], "base64url"));
  assert.equal(Buffer.from(kept.userHandle, "base64").toString(), sub);
});

test("an authenticator that has a passkey of the user makes no second one", async () => {
  await register();
  await assert.rejects(inPage.create(await start()), /InvalidStateError|already registered/i);
});

test("an answer is good once, and only for its own challenge", async () => {
  const created = await register();
  await refused(complete(created), "WebAuthnChallengeNotFoundException");
  const asked = await challenge();
  const credential = await inPage.get(JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS));
  await refused(respond(await challenge(), credential), "NotAuthorizedException");
  await respond(asked, credential);
  await refused(respond(asked, credential), "NotAuthorizedException");
});

test("a copied authenticator is noticed by its counter", async () => {
  await register();
  await signIn();
  await signIn();
  await authenticator.rewind(1);
  await refused(signIn(), "NotAuthorizedException");
  await authenticator.rewind(10);
  await signIn();
});

test("where the pool demands it, the user must be verified", async () => {
  await register();
  const asked = await challenge();
  await authenticator.setUserVerified(false);
  const unverified = await inPage.get({
    ...JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS),
    userVerification: "discouraged",
  });
  await configure({ RelyingPartyId: "localhost", UserVerification: "required" });
  await refused(respond(asked, unverified), "NotAuthorizedException");
  await authenticator.setUserVerified(true);
  await signIn();
});

test("a relying party that is not the page's gets no passkey", async () => {
  await configure({ RelyingPartyId: "example.com" });
  await assert.rejects(inPage.create(await start()), /SecurityError|relying party/i);
  // Made for the page's own, it is not taken.
  const options = await start();
  options.rp.id = "localhost";
  const origin = "WebAuthnOriginNotAllowedException";
  await refused(complete(await inPage.create(options)), origin);
});

test("a deleted passkey signs nobody in", async () => {
  const credential = await register();
  const asked = await challenge();
  const answer = await inPage.get(JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS));
  await api.send(new DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId: credential.id }));
  await refused(respond(asked, answer), "NotAuthorizedException");
  assert.deepEqual(await list(), []);
});
