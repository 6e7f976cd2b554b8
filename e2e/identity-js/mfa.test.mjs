// amazon-cognito-identity-js: second factors. It knows SMS_MFA, SOFTWARE_TOKEN_MFA, SELECT_MFA_TYPE and MFA_SETUP.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { OTHER_PASSWORD, PASSWORD, Poolhouse } from "support";
import { expiredTotp, otherThan, totp, wrongTotp } from "support/totp";
import { associate, choose, open, refused, sendCode, signIn, step, userOf, verify } from "./kit.mjs";

const WRONG_CODE = ["CodeMismatchException", "Invalid code received for user"];
const WRONG_FIRST_CODE = ["EnableSoftwareTokenMFAException", "Code mismatch"];
const USED_TOKEN = ["ExpiredCodeException", "Your software token has already been used once."];
const ON = { Enabled: true, PreferredMfa: false };
const PREFERRED = { Enabled: true, PreferredMfa: true };
let server, optional, required;

before(async () => {
  server = await Poolhouse.start();
  optional = open(server, await server.makeMfaPool("OPTIONAL", ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]));
  required = open(server, await server.makeMfaPool("ON", ["SOFTWARE_TOKEN_MFA"]));
});

after(() => server?.stop());

async function madeUser(pool) {
  const { username } = await server.makeUser(pool.getUserPoolId());
  return userOf(username, pool);
}

/** Gives a user a phone number and returns it. */
async function giveNumber(user) {
  const number = server.number();
  await server.admin.send(
    new AdminUpdateUserAttributesCommand({
      UserPoolId: optional.getUserPoolId(),
      Username: user.getUsername(),
      UserAttributes: [{ Name: "phone_number", Value: number }],
    }),
  );
  return number;
}

const prefer = (user, sms, token) =>
  new Promise((resolve, reject) =>
    user.setUserMfaPreference(sms, token, (error, result) => (error ? reject(error) : resolve(result))),
  );
const dataOf = (user) =>
  new Promise((resolve, reject) =>
    user.getUserData((error, data) => (error ? reject(error) : resolve(data)), { bypassCache: true }),
  );

/** A signed-in user whose software token was verified just now: the user and the secret. */
async function tokenUser() {
  const user = await madeUser(optional);
  await signIn(user);
  const { secret } = await associate(user);
  const used = totp(secret);
  await verify(user, used);
  return { user, secret, used };
}

test("a signed-in user sets a software token up", async () => {
  const user = await madeUser(optional);
  await signIn(user);
  await refused(verify(user, "123456"), WRONG_FIRST_CODE);
  await refused(prefer(user, null, PREFERRED), ["InvalidParameterException"]);
  const { secret } = await associate(user);
  for (const code of [wrongTotp(secret), expiredTotp(secret)]) {
    await refused(verify(user, code), WRONG_FIRST_CODE);
  }
  assert.equal((await verify(user, totp(secret))).session.Status, "SUCCESS");
  assert.equal(await prefer(user, null, PREFERRED), "SUCCESS");
  const { PreferredMfaSetting, UserMFASettingList } = await dataOf(user);
  assert.deepEqual([PreferredMfaSetting, UserMFASettingList], ["SOFTWARE_TOKEN_MFA", ["SOFTWARE_TOKEN_MFA"]]);
});

test("a software token is asked for, and each code works once", async () => {
  const { user, secret, used } = await tokenUser();
  await prefer(user, null, PREFERRED);
  const again = userOf(user.getUsername(), optional);
  assert.equal((await signIn(again)).asked, "SOFTWARE_TOKEN_MFA");
  assert.equal(again.getSignInUserSession(), null);
  await refused(sendCode(again, wrongTotp(secret), "SOFTWARE_TOKEN_MFA"), WRONG_CODE);
  await refused(sendCode(again, expiredTotp(secret), "SOFTWARE_TOKEN_MFA"), WRONG_CODE);
  await refused(sendCode(again, used, "SOFTWARE_TOKEN_MFA"), USED_TOKEN);
  // Under the name of another factor the code is worth nothing.
  await refused(sendCode(again, totp(secret, 1), "SMS_MFA"), ["NotAuthorizedException"]);
  const { session } = await sendCode(again, totp(secret, 1), "SOFTWARE_TOKEN_MFA");
  assert.ok(session.isValid());
  await refused(sendCode(again, totp(secret, 1), "SOFTWARE_TOKEN_MFA"), ["NotAuthorizedException"]);
});

test("a required software token is set up within the sign-in", async () => {
  const user = await madeUser(required);
  const { asked, parameters } = await signIn(user);
  assert.deepEqual([asked, JSON.parse(parameters.MFAS_CAN_SETUP)], ["MFA_SETUP", ["SOFTWARE_TOKEN_MFA"]]);
  assert.equal(user.getSignInUserSession(), null);
  const { secret } = await associate(user);
  await refused(verify(user, wrongTotp(secret)), WRONG_FIRST_CODE);
  await refused(verify(user, expiredTotp(secret)), WRONG_FIRST_CODE);
  assert.ok((await verify(user, totp(secret))).session.isValid());
  const again = userOf(user.getUsername(), required);
  assert.equal((await signIn(again)).asked, "SOFTWARE_TOKEN_MFA");
  assert.ok((await sendCode(again, totp(secret, 1), "SOFTWARE_TOKEN_MFA")).session.isValid());
});

test("a temporary password is replaced before a software token is set up", async () => {
  const user = await madeUser(required);
  await server.admin.send(
    new AdminSetUserPasswordCommand({
      UserPoolId: required.getUserPoolId(),
      Username: user.getUsername(),
      Password: PASSWORD,
      Permanent: false,
    }),
  );
  assert.equal((await signIn(user)).asked, "NEW_PASSWORD_REQUIRED");
  await refused(associate(user), ["NotAuthorizedException", "Invalid session for the user."]);
  const { asked } = await step((callbacks) => user.completeNewPasswordChallenge(OTHER_PASSWORD, {}, callbacks));
  assert.equal(asked, "MFA_SETUP");
  const { secret } = await associate(user);
  assert.ok((await verify(user, totp(secret))).session.isValid());
});

test("codes by text message", async () => {
  const user = await madeUser(optional);
  const number = await giveNumber(user);
  await signIn(user);
  await prefer(user, PREFERRED, null);
  const again = userOf(user.getUsername(), optional);
  const { asked, parameters } = await signIn(again);
  assert.equal(asked, "SMS_MFA");
  assert.equal(parameters.CODE_DELIVERY_DESTINATION.slice(-4), number.slice(-4));
  const code = await server.code(number);
  await refused(sendCode(again, otherThan(code)), WRONG_CODE);
  assert.ok((await sendCode(again, code)).session.isValid());
});

test("the older way to turn text messages on and off", async () => {
  const user = await madeUser(optional);
  await giveNumber(user);
  await signIn(user);
  const call = (method) =>
    new Promise((resolve, reject) => user[method]((error, result) => (error ? reject(error) : resolve(result))));
  assert.equal(await call("enableMFA"), "SUCCESS");
  assert.deepEqual(await call("getMFAOptions"), [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }]);
  assert.equal((await signIn(userOf(user.getUsername(), optional))).asked, "SMS_MFA");
  assert.equal(await call("disableMFA"), "SUCCESS");
  assert.ok((await signIn(userOf(user.getUsername(), optional))).session.isValid());
});

test("the choice among factors", async () => {
  const { user, secret } = await tokenUser();
  const number = await giveNumber(user);
  await prefer(user, ON, ON);
  const again = userOf(user.getUsername(), optional);
  const { asked, parameters } = await signIn(again);
  assert.equal(asked, "SELECT_MFA_TYPE");
  assert.deepEqual(JSON.parse(parameters.MFAS_CAN_CHOOSE), ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]);
  await refused(choose(again, "EMAIL_OTP"), ["InvalidParameterException"]);
  assert.equal((await choose(again, "SOFTWARE_TOKEN_MFA")).asked, "SOFTWARE_TOKEN_MFA");
  assert.deepEqual(await server.inbox(number), []);
  assert.ok((await sendCode(again, totp(secret, 1), "SOFTWARE_TOKEN_MFA")).session.isValid());

  const third = userOf(user.getUsername(), optional);
  await signIn(third);
  assert.equal((await choose(third, "SMS_MFA")).asked, "SMS_MFA");
  assert.ok((await sendCode(third, await server.code(number))).session.isValid());
});
