// amazon-cognito-identity-js: a remembered device stands for the second factor, and nothing else does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AdminForgetDeviceCommand } from "@aws-sdk/client-cognito-identity-provider";
import { OTHER_PASSWORD, Poolhouse } from "support";
import { totp } from "support/totp";
import { associate, open, refused, sendCode, signIn, userOf, verify } from "./kit.mjs";

const TOTP = "SOFTWARE_TOKEN_MFA";
const WRONG = ["NotAuthorizedException", "Incorrect username or password."];
let server, made;

before(async () => {
  server = await Poolhouse.start();
  made = await server.makeMfaPool("ON", [TOTP], {
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  });
});

after(() => server?.stop());

/** A user with a software token, and the phone that signed in with it: an app that keeps its device. */
async function onPhone() {
  const { username } = await server.makeUser(made.id);
  const phone = open(server, made);
  const first = userOf(username, phone);
  await signIn(first);
  const { secret } = await associate(first);
  await verify(first, totp(secret));
  const user = userOf(username, phone);
  assert.equal((await signIn(user)).asked, TOTP);
  assert.ok((await sendCode(user, totp(secret, 1), TOTP)).session.isValid());
  assert.ok(user.deviceKey);
  return { username, phone, deviceKey: user.deviceKey };
}

test("a remembered device is asked for no code, another is", async () => {
  const { username, phone, deviceKey } = await onPhone();
  const { session } = await signIn(userOf(username, phone));
  assert.equal(session.getAccessToken().payload.device_key, deviceKey);
  assert.equal((await signIn(userOf(username, open(server, made)))).asked, TOTP);
});

test("a remembered device does not stand for the password", async () => {
  const { username, phone } = await onPhone();
  await refused(signIn(userOf(username, phone), OTHER_PASSWORD), WRONG);
});

test("a device is known by its secret", async () => {
  const { username, phone } = await onPhone();
  const kept = `CognitoIdentityServiceProvider.${made.clientId}.${username}.randomPasswordKey`;
  assert.ok(phone.storage.getItem(kept));
  phone.storage.setItem(kept, "guessed");
  await refused(signIn(userOf(username, phone)), WRONG);
});

test("a device forgotten behind the app's back is asked for a code", async () => {
  const { username, phone, deviceKey } = await onPhone();
  await server.admin.send(
    new AdminForgetDeviceCommand({ UserPoolId: made.id, Username: username, DeviceKey: deviceKey }),
  );
  const user = userOf(username, phone);
  assert.equal((await signIn(user)).asked, TOTP);
  assert.equal(user.deviceKey, null);
});
