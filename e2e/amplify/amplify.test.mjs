// Amplify v6 in Node: sign-up, SRP sign-in, refresh, attributes, recovery, sign-out.
//
// Amplify itself accepts a plain-http `userPoolEndpoint`; tls.test.mjs runs this file again over `--tls`.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  AdminCreateUserCommand,
  AdminUserGlobalSignOutCommand,
  GetUserCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { OTHER_PASSWORD, PASSWORD, Poolhouse, unique } from "support";

let server, pool;

before(async () => {
  server = await Poolhouse.start();
  pool = await server.makePool();
  configure(pool);
});

after(() => server?.stop());

beforeEach(() => auth.signOut());

function configure({ id, clientId }) {
  Amplify.configure({
    Auth: { Cognito: { userPoolId: id, userPoolClientId: clientId, userPoolEndpoint: server.url } },
  });
}

const refused = (promise, name, message) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.name, name);
    if (message) assert.equal(error.message, message);
    return true;
  });

const DONE = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

test("sign-up and confirmation", async () => {
  const username = unique("clara");
  const email = `${username}@example.com`;
  const started = await auth.signUp({ username, password: PASSWORD, options: { userAttributes: { email } } });
  assert.equal(started.nextStep.signUpStep, "CONFIRM_SIGN_UP");
  assert.equal(started.nextStep.codeDeliveryDetails.destination, "c***@e***");
  assert.equal((await auth.signIn({ username, password: PASSWORD })).nextStep.signInStep, "CONFIRM_SIGN_UP");
  await refused(auth.confirmSignUp({ username, confirmationCode: "000000x" }), "CodeMismatchException");
  await auth.resendSignUpCode({ username });
  const confirmed = await auth.confirmSignUp({ username, confirmationCode: await server.code(email) });
  assert.equal(confirmed.isSignUpComplete, true);
  assert.deepEqual(await auth.signIn({ username, password: PASSWORD }), DONE);
  assert.equal((await auth.getCurrentUser()).username, username);
});

for (const authFlowType of ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"]) {
  test(`sign-in by ${authFlowType}`, async () => {
    const { username } = await server.makeUser(pool.id);
    const options = { authFlowType };
    await refused(
      auth.signIn({ username, password: OTHER_PASSWORD, options }),
      "NotAuthorizedException",
      "Incorrect username or password.",
    );
    assert.deepEqual(await auth.signIn({ username, password: PASSWORD, options }), DONE);
  });
}

test("an unknown user", async () => {
  await refused(auth.signIn({ username: "nobody", password: PASSWORD }), "UserNotFoundException");
});

test("refresh", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  const first = (await auth.fetchAuthSession()).tokens;
  const second = (await auth.fetchAuthSession({ forceRefresh: true })).tokens;
  assert.notEqual(first.accessToken.toString(), second.accessToken.toString());
  assert.equal(first.accessToken.payload.origin_jti, second.accessToken.payload.origin_jti);
});

test("refresh with rotation", async () => {
  const rotating = await server.makeClient(pool.id, {
    ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
    RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
  });
  configure({ id: pool.id, ...rotating });
  try {
    const { username } = await server.makeUser(pool.id);
    await auth.signIn({ username, password: PASSWORD });
    for (let i = 0; i < 3; i++) assert.ok((await auth.fetchAuthSession({ forceRefresh: true })).tokens);
  } finally {
    await auth.signOut();
    configure(pool);
  }
});

test("a session revoked behind Amplify's back is not refreshed", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  await server.admin.send(new AdminUserGlobalSignOutCommand({ UserPoolId: pool.id, Username: username }));
  const session = await auth.fetchAuthSession({ forceRefresh: true }).catch(() => ({}));
  assert.equal(session.tokens, undefined);
});

test("attributes", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  await auth.updateUserAttributes({ userAttributes: { nickname: "Cee" } });
  assert.equal((await auth.fetchUserAttributes()).nickname, "Cee");
  await auth.deleteUserAttributes({ userAttributeKeys: ["nickname"] });
  assert.equal((await auth.fetchUserAttributes()).nickname, undefined);
  const email = `${unique("new")}@example.com`;
  const { email: step } = await auth.updateUserAttributes({ userAttributes: { email } });
  assert.equal(step.nextStep.updateAttributeStep, "CONFIRM_ATTRIBUTE_WITH_CODE");
  await auth.confirmUserAttribute({ userAttributeKey: "email", confirmationCode: await server.code(email) });
  assert.equal((await auth.fetchUserAttributes()).email_verified, "true");
});

test("change of password", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  await auth.updatePassword({ oldPassword: PASSWORD, newPassword: OTHER_PASSWORD });
  await auth.signOut();
  assert.deepEqual(await auth.signIn({ username, password: OTHER_PASSWORD }), DONE);
});

test("forgotten password", async () => {
  const { username, email } = await server.makeUser(pool.id);
  const { nextStep } = await auth.resetPassword({ username });
  assert.equal(nextStep.resetPasswordStep, "CONFIRM_RESET_PASSWORD_WITH_CODE");
  const confirm = (confirmationCode) =>
    auth.confirmResetPassword({ username, confirmationCode, newPassword: OTHER_PASSWORD });
  await refused(confirm("000000x"), "CodeMismatchException");
  await confirm(await server.code(email));
  assert.deepEqual(await auth.signIn({ username, password: OTHER_PASSWORD }), DONE);
});

test("an invited user chooses a password", async () => {
  const username = unique("invited");
  await server.admin.send(
    new AdminCreateUserCommand({
      UserPoolId: pool.id,
      Username: username,
      TemporaryPassword: OTHER_PASSWORD,
      MessageAction: "SUPPRESS",
    }),
  );
  const { nextStep } = await auth.signIn({ username, password: OTHER_PASSWORD });
  assert.equal(nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
  assert.deepEqual(await auth.confirmSignIn({ challengeResponse: PASSWORD }), DONE);
});

test("sign-out ends the session at the server", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  const { accessToken } = (await auth.fetchAuthSession()).tokens;
  const getUser = () => server.admin.send(new GetUserCommand({ AccessToken: accessToken.toString() }));
  await getUser();
  await auth.signOut();
  await refused(getUser(), "NotAuthorizedException", "Access Token has been revoked");
  await refused(auth.getCurrentUser(), "UserUnAuthenticatedException");
});

test("deletion", async () => {
  const { username } = await server.makeUser(pool.id);
  await auth.signIn({ username, password: PASSWORD });
  await auth.deleteUser();
  await refused(auth.signIn({ username, password: PASSWORD }), "UserNotFoundException");
});
