// amazon-cognito-identity-js: its own SRP, its callbacks, its storage of tokens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AdminCreateUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import identity from "amazon-cognito-identity-js";
import { OTHER_PASSWORD, PASSWORD, Poolhouse, unique } from "support";

const { AuthenticationDetails, CognitoRefreshToken, CognitoUser, CognitoUserAttribute, CognitoUserPool } = identity;
let server, pool;

before(async () => {
  server = await Poolhouse.start();
  pool = await open(await server.makePool());
});

after(() => server?.stop());

const open = ({ id, clientId }) =>
  new CognitoUserPool({ UserPoolId: id, ClientId: clientId, endpoint: `${server.url}/`, Storage: storage() });

/** Each pool keeps its tokens to itself. */
function storage() {
  const kept = new Map();
  return {
    setItem: (key, value) => kept.set(key, value),
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
}

const userOf = (username, of = pool) => new CognitoUser({ Username: username, Pool: of, Storage: of.storage });

/** Turns a `(error, result)` callback into a promise. */
const call = (run) =>
  new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result))));

/** Signs in by SRP; resolves to the session, or to the name of the next challenge. */
const signIn = (user, password = PASSWORD) =>
  new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password: password }), {
      onSuccess: resolve,
      onFailure: reject,
      newPasswordRequired: (attributes) => resolve({ newPasswordRequired: attributes }),
    }),
  );

const refused = (promise, code, message) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.code ?? error.name, code);
    if (message) assert.equal(error.message, message);
    return true;
  });

async function madeUser() {
  const { username, email } = await server.makeUser(pool.getUserPoolId());
  return { user: userOf(username), username, email };
}

test("sign-up, confirmation, sign-in by SRP", async () => {
  const username = unique("berta");
  const email = `${username}@example.com`;
  const attributes = [new CognitoUserAttribute({ Name: "email", Value: email })];
  const { user } = await call((done) => pool.signUp(username, PASSWORD, attributes, null, done));
  await refused(signIn(user), "UserNotConfirmedException");
  await refused(
    call((done) => user.confirmRegistration("000000x", false, done)),
    "CodeMismatchException",
  );
  await call((done) => user.resendConfirmationCode(done));
  const code = await server.code(email);
  assert.equal(await call((done) => user.confirmRegistration(code, false, done)), "SUCCESS");
  const session = await signIn(user);
  assert.ok(session.isValid());
  assert.equal(session.getIdToken().payload.email, email);
  assert.equal(pool.getCurrentUser().getUsername(), username);
});

test("a wrong password", async () => {
  const { user } = await madeUser();
  await refused(signIn(user, OTHER_PASSWORD), "NotAuthorizedException", "Incorrect username or password.");
});

test("an unknown user", async () => {
  await refused(signIn(userOf("nobody")), "UserNotFoundException");
});

test("many users, many salts", async () => {
  for (let i = 0; i < 10; i++) assert.ok((await signIn((await madeUser()).user)).isValid());
});

test("a client with a hidden user base lets nobody in under an unknown name", async () => {
  const hidden = open({
    id: pool.getUserPoolId(),
    ...(await server.makeClient(pool.getUserPoolId(), { PreventUserExistenceErrors: "ENABLED" })),
  });
  await refused(signIn(userOf("nobody", hidden)), "NotAuthorizedException", "Incorrect username or password.");
});

test("refresh", async () => {
  const { user } = await madeUser();
  const session = await signIn(user);
  const fresh = await call((done) => user.refreshSession(session.getRefreshToken(), done));
  assert.notEqual(fresh.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  await refused(
    call((done) => user.refreshSession(new CognitoRefreshToken({ RefreshToken: "made-up" }), done)),
    "NotAuthorizedException",
  );
});

test("attributes", async () => {
  const { user } = await madeUser();
  await signIn(user);
  await call((done) => user.updateAttributes([new CognitoUserAttribute({ Name: "nickname", Value: "Bee" })], done));
  const read = async () =>
    Object.fromEntries((await call((done) => user.getUserAttributes(done))).map((a) => [a.getName(), a.getValue()]));
  assert.equal((await read()).nickname, "Bee");
  await call((done) => user.deleteAttributes(["nickname"], done));
  assert.equal((await read()).nickname, undefined);
  await assert.rejects(
    call((done) => user.updateAttributes([new CognitoUserAttribute({ Name: "email_verified", Value: "true" })], done)),
  );
});

test("a verified new address", async () => {
  const { user } = await madeUser();
  await signIn(user);
  const email = `${unique("new")}@example.com`;
  await call((done) => user.updateAttributes([new CognitoUserAttribute({ Name: "email", Value: email })], done));
  const verify = (code) =>
    new Promise((onSuccess, onFailure) => user.verifyAttribute("email", code, { onSuccess, onFailure }));
  await refused(verify("000000x"), "CodeMismatchException");
  assert.equal(await verify(await server.code(email)), "SUCCESS");
});

test("change of password", async () => {
  const { user, username } = await madeUser();
  await signIn(user);
  await refused(
    call((done) => user.changePassword("Wrong-Horse-7!", OTHER_PASSWORD, done)),
    "NotAuthorizedException",
    "Incorrect username or password.",
  );
  assert.equal(await call((done) => user.changePassword(PASSWORD, OTHER_PASSWORD, done)), "SUCCESS");
  assert.ok(await signIn(userOf(username), OTHER_PASSWORD));
  await refused(signIn(userOf(username), PASSWORD), "NotAuthorizedException");
});

test("forgotten password", async () => {
  const { user, username, email } = await madeUser();
  await new Promise((resolve, reject) =>
    user.forgotPassword({ onSuccess: resolve, onFailure: reject, inputVerificationCode: resolve }),
  );
  const confirm = (code) =>
    new Promise((onSuccess, onFailure) => user.confirmPassword(code, OTHER_PASSWORD, { onSuccess, onFailure }));
  await refused(confirm("000000x"), "CodeMismatchException");
  assert.equal(await confirm(await server.code(email)), "SUCCESS");
  assert.ok(await signIn(userOf(username), OTHER_PASSWORD));
});

test("an invited user chooses a password", async () => {
  const username = unique("invited");
  await server.admin.send(
    new AdminCreateUserCommand({
      UserPoolId: pool.getUserPoolId(),
      Username: username,
      TemporaryPassword: OTHER_PASSWORD,
      MessageAction: "SUPPRESS",
    }),
  );
  const user = userOf(username);
  assert.ok((await signIn(user, OTHER_PASSWORD)).newPasswordRequired);
  const session = await new Promise((onSuccess, onFailure) =>
    user.completeNewPasswordChallenge(PASSWORD, {}, { onSuccess, onFailure }),
  );
  assert.ok(session.isValid());
});

test("a device is confirmed, remembered, shown and forgotten", async () => {
  const tracking = await open(
    await server.makePool({
      DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
    }),
  );
  const { username } = await server.makeUser(tracking.getUserPoolId());
  const user = userOf(username, tracking);
  const details = new AuthenticationDetails({ Username: username, Password: PASSWORD });
  const asked = await new Promise((resolve, onFailure) =>
    user.authenticateUser(details, { onSuccess: (_, necessary) => resolve(necessary), onFailure }),
  );
  assert.equal(asked, true);
  const of = (operation) => new Promise((onSuccess, onFailure) => user[operation]({ onSuccess, onFailure }));
  const listed = async () =>
    (await new Promise((onSuccess, onFailure) => user.listDevices(60, null, { onSuccess, onFailure }))).Devices;
  assert.deepEqual(await listed(), []);
  await refused(of("getDevice"), "ResourceNotFoundException", "Device does not exist.");

  assert.equal(await of("setDeviceStatusRemembered"), "SUCCESS");
  const [device] = await listed();
  assert.equal(device.DeviceKey, user.deviceKey);
  assert.deepEqual((await of("getDevice")).Device, device);
  assert.ok(device.DeviceAttributes.some(({ Name, Value }) => Name === "device_name" && Value));

  const refreshed = await call((done) => user.refreshSession(user.getSignInUserSession().getRefreshToken(), done));
  assert.equal(refreshed.getAccessToken().payload.device_key, user.deviceKey);

  assert.equal(await of("setDeviceStatusNotRemembered"), "SUCCESS");
  assert.deepEqual(await listed(), []);
  assert.equal(await of("forgetDevice"), "SUCCESS");
  await refused(
    call((done) => user.refreshSession(refreshed.getRefreshToken(), done)),
    "NotAuthorizedException",
  );
});

test("sign-out everywhere", async () => {
  const { user, username } = await madeUser();
  const session = await signIn(user);
  await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
  const again = userOf(username);
  await refused(
    call((done) => again.refreshSession(session.getRefreshToken(), done)),
    "NotAuthorizedException",
    "Refresh Token has been revoked",
  );
});

test("deletion", async () => {
  const { user, username } = await madeUser();
  await signIn(user);
  assert.equal(await call((done) => user.deleteUser(done)), "SUCCESS");
  await refused(signIn(userOf(username)), "UserNotFoundException");
});
