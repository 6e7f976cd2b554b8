// Amplify v6: choice-based sign-in (USER_AUTH), sign-up without a password, sign-in straight after confirmation.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { AdminGetUserCommand, AdminUpdateUserAttributesCommand } from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { OTHER_PASSWORD, PASSWORD, Poolhouse, unique } from "support";
import { otherThan, totp, wrongTotp } from "support/totp";

const DONE = { isSignedIn: true, nextStep: { signInStep: "DONE" } };
const WRONG_PASSWORD = ["NotAuthorizedException", "Incorrect username or password."];
const WRONG_CODE = ["CodeMismatchException", "Invalid code received for user"];
const SELECTION = "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION";
const CLIENT = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
const ways = (...AllowedFirstAuthFactors) => ({ Policies: { SignInPolicy: { AllowedFirstAuthFactors } } });
let server, every, passwords, byEmail;

before(async () => {
  server = await Poolhouse.start();
  every = await server.makePool(ways("PASSWORD", "EMAIL_OTP", "SMS_OTP"), CLIENT);
  passwords = await server.makePool(ways("PASSWORD"), CLIENT);
  byEmail = await server.makePool({ ...ways("PASSWORD", "EMAIL_OTP"), UsernameAttributes: ["email"] }, CLIENT);
});

after(() => server?.stop());

afterEach(() => auth.signOut());

function use({ id, clientId }) {
  Amplify.configure({
    Auth: { Cognito: { userPoolId: id, userPoolClientId: clientId, userPoolEndpoint: server.url } },
  });
}

const refused = (promise, [name, message]) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.name, name);
    if (message) assert.equal(error.message, message);
    return true;
  });

const begin = async (username, options = {}, password = undefined) =>
  (await auth.signIn({ username, password, options: { authFlowType: "USER_AUTH", ...options } })).nextStep;
const confirm = (challengeResponse) => auth.confirmSignIn({ challengeResponse });
const signedOut = () => refused(auth.getCurrentUser(), ["UserUnAuthenticatedException"]);

async function madeUser(pool) {
  use(pool);
  return server.makeUser(pool.id);
}

/**
 * Begins a sign-up without a password that is to sign in by itself. Amplify waits for its confirmation by a timer of
 * three minutes, which must not keep this process alive.
 */
async function signUp(username, email, autoSignIn = { authFlowType: "USER_AUTH" }) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (...given) => setTimeout(...given).unref();
  try {
    return await auth.signUp({ username, options: { userAttributes: { email }, autoSignIn } });
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

test("a client that does not allow it", async () => {
  const other = await server.makeClient(every.id);
  const { username } = await madeUser(every);
  use({ id: every.id, ...other });
  await refused(begin(username), [
    "InvalidParameterException",
    "USER_AUTH flow not enabled for this client",
  ]);
});

test("an unknown user", async () => {
  use(every);
  await refused(begin("nobody"), ["UserNotFoundException"]);
});

test("what there is to choose from", async () => {
  const { username } = await madeUser(every);
  const step = await begin(username);
  assert.equal(step.signInStep, SELECTION);
  assert.deepEqual(step.availableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
  // What the user lacks can be neither preferred nor chosen.
  assert.equal((await begin(username, { preferredChallenge: "SMS_OTP" })).signInStep, SELECTION);
  await refused(confirm("SMS_OTP"), ["InvalidParameterException"]);
  await refused(confirm("PIGEON"), ["InvalidParameterException"]);
});

for (const way of ["PASSWORD", "PASSWORD_SRP"]) {
  test(`${way}, chosen`, async () => {
    const { username } = await madeUser(every);
    assert.equal((await begin(username)).signInStep, SELECTION);
    assert.equal((await confirm(way)).nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_PASSWORD");
    await refused(confirm(OTHER_PASSWORD), WRONG_PASSWORD);
    await signedOut();
    assert.deepEqual(await confirm(PASSWORD), DONE);
    assert.equal((await auth.getCurrentUser()).username, username);
  });

  test(`${way}, preferred`, async () => {
    const { username } = await madeUser(every);
    const options = { preferredChallenge: way };
    await refused(begin(username, options, OTHER_PASSWORD), WRONG_PASSWORD);
    assert.equal((await begin(username, options, PASSWORD)).signInStep, "DONE");
  });
}

for (const [way, medium, signInStep] of [
  ["EMAIL_OTP", "EMAIL", "CONFIRM_SIGN_IN_WITH_EMAIL_CODE"],
  ["SMS_OTP", "SMS", "CONFIRM_SIGN_IN_WITH_SMS_CODE"],
]) {
  for (const how of ["chosen", "preferred"]) {
    test(`${way}, ${how}`, async () => {
      const { username, email } = await madeUser(every);
      const number = server.number();
      await server.admin.send(
        new AdminUpdateUserAttributesCommand({
          UserPoolId: every.id,
          Username: username,
          UserAttributes: [{ Name: "phone_number", Value: number }],
        }),
      );
      let step;
      if (how === "chosen") {
        await begin(username);
        step = (await confirm(way)).nextStep;
      } else {
        step = await begin(username, { preferredChallenge: way });
      }
      assert.equal(step.signInStep, signInStep);
      assert.equal(step.codeDeliveryDetails.deliveryMedium, medium);
      const code = await server.code(way === "EMAIL_OTP" ? email : number);
      await refused(confirm(otherThan(code)), WRONG_CODE);
      await signedOut();
      assert.deepEqual(await confirm(code), DONE);
    });
  }
}

test("a second factor follows a password, and no code by message begins", async () => {
  const settings = { ...ways("PASSWORD", "EMAIL_OTP") };
  const { id } = await server.makeMfaPool("OPTIONAL", ["SOFTWARE_TOKEN_MFA"], settings);
  const pool = { id, ...(await server.makeClient(id, CLIENT)) };
  const { username } = await madeUser(pool);
  const options = { preferredChallenge: "PASSWORD_SRP" };
  await begin(username, options, PASSWORD);
  const { sharedSecret } = await auth.setUpTOTP();
  await auth.verifyTOTPSetup({ code: totp(sharedSecret) });
  await auth.updateMFAPreference({ totp: "PREFERRED" });
  await auth.signOut();
  const step = await begin(username, { preferredChallenge: "EMAIL_OTP" });
  assert.deepEqual(step.availableChallenges, ["PASSWORD_SRP", "PASSWORD"]);
  assert.equal((await begin(username, options, PASSWORD)).signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  await refused(confirm(wrongTotp(sharedSecret)), WRONG_CODE);
  await signedOut();
  assert.deepEqual(await confirm(totp(sharedSecret, 1)), DONE);
});

test("a password is needed where it is the only way", async () => {
  use(passwords);
  const username = unique("clara");
  // Amplify knows the text of the refusal and says it in its own words.
  await refused(auth.signUp({ username, options: { userAttributes: { email: `${username}@example.com` } } }), [
    "EmptySignUpPassword",
  ]);
});

test("sign-up without a password, and sign-in straight after its confirmation", async () => {
  use(byEmail);
  const email = `${unique("clara")}@example.com`;
  assert.equal((await signUp(email, email)).nextStep.signUpStep, "CONFIRM_SIGN_UP");
  await refused(auth.autoSignIn(), ["AutoSignInException"]);
  const code = await server.code(email);
  await refused(auth.confirmSignUp({ username: email, confirmationCode: otherThan(code) }), [
    "CodeMismatchException",
  ]);
  const { nextStep } = await auth.confirmSignUp({ username: email, confirmationCode: code });
  assert.equal(nextStep.signUpStep, "COMPLETE_AUTO_SIGN_IN");
  await signedOut();
  assert.deepEqual(await auth.autoSignIn(), DONE);
  assert.equal((await auth.fetchUserAttributes()).email_verified, "true");
  assert.ok((await auth.fetchAuthSession({ forceRefresh: true })).tokens.accessToken);
  await auth.signOut();
  // It was good for once.
  await refused(auth.autoSignIn(), ["AutoSignInException"]);
  assert.equal((await begin(email)).signInStep, SELECTION);
});

test("a sign-in that confirms a sign-up", async () => {
  use(byEmail);
  const email = `${unique("clara")}@example.com`;
  await auth.signUp({ username: email, options: { userAttributes: { email } } });
  const status = async () =>
    (await server.admin.send(new AdminGetUserCommand({ UserPoolId: byEmail.id, Username: email }))).UserStatus;
  const step = await begin(email, { preferredChallenge: "EMAIL_OTP" });
  assert.equal(step.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  const code = await server.code(email);
  await refused(confirm(otherThan(code)), WRONG_CODE);
  assert.equal(await status(), "UNCONFIRMED");
  assert.deepEqual(await confirm(code), DONE);
  assert.equal(await status(), "CONFIRMED");
});
