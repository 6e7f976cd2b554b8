// Amplify v6: second factors, their set-up within and after a sign-in, preferences.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  AdminForgetDeviceCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { OTHER_PASSWORD, PASSWORD, Poolhouse } from "support";
import { expiredTotp, otherThan, totp, wrongTotp } from "support/totp";

const ALL = ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"];
const DONE = { isSignedIn: true, nextStep: { signInStep: "DONE" } };
const WRONG_CODE = ["CodeMismatchException", "Invalid code received for user"];
const WRONG_FIRST_CODE = ["EnableSoftwareTokenMFAException", "Code mismatch"];
let server, optional, required, requiredToken;

// Amplify names a device after the browser, and confirms none where there is none: before Node.js 21.
globalThis.navigator ??= { userAgent: "Node.js" };

before(async () => {
  server = await Poolhouse.start();
  optional = await server.makeMfaPool("OPTIONAL", ALL);
  required = await server.makeMfaPool("ON", ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
  requiredToken = await server.makeMfaPool("ON", ["SOFTWARE_TOKEN_MFA"]);
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

/** Signs in by SRP, as Amplify does unasked: the next step. */
const signIn = async (username, password = PASSWORD) => (await auth.signIn({ username, password })).nextStep;
const confirm = (challengeResponse) => auth.confirmSignIn({ challengeResponse });

const signedOut = () => refused(auth.getCurrentUser(), ["UserUnAuthenticatedException"]);

const attribute = (pool, Username, Name, Value) =>
  server.admin.send(
    new AdminUpdateUserAttributesCommand({ UserPoolId: pool.id, Username, UserAttributes: [{ Name, Value }] }),
  );

const prefer = (Username, settings) =>
  server.admin.send(new AdminSetUserMFAPreferenceCommand({ UserPoolId: optional.id, Username, ...settings }));

/** A signed-in user of the pool with optional factors. */
async function signedIn() {
  use(optional);
  const made = await server.makeUser(optional.id);
  assert.equal((await signIn(made.username)).signInStep, "DONE");
  return made;
}

/** The same with a software token verified just now by the code `used`. */
async function withToken() {
  const made = await signedIn();
  const { sharedSecret } = await auth.setUpTOTP();
  const used = totp(sharedSecret);
  await auth.verifyTOTPSetup({ code: used });
  return { ...made, secret: sharedSecret, used };
}

test("a signed-in user sets a software token up", async () => {
  await signedIn();
  await refused(auth.verifyTOTPSetup({ code: "123456" }), WRONG_FIRST_CODE);
  await refused(auth.updateMFAPreference({ totp: "PREFERRED" }), ["InvalidParameterException"]);
  const { sharedSecret, getSetupUri } = await auth.setUpTOTP();
  assert.match(getSetupUri("Poolhouse").href, new RegExp(`secret=${sharedSecret}`));
  for (const code of [wrongTotp(sharedSecret), expiredTotp(sharedSecret)]) {
    await refused(auth.verifyTOTPSetup({ code }), WRONG_FIRST_CODE);
  }
  await auth.verifyTOTPSetup({ code: totp(sharedSecret) });
  await auth.updateMFAPreference({ totp: "PREFERRED" });
  assert.deepEqual(await auth.fetchMFAPreference(), { enabled: ["TOTP"], preferred: "TOTP" });
});

test("a software token is asked for, and each code works once", async () => {
  const { username, secret, used } = await withToken();
  await auth.updateMFAPreference({ totp: "ENABLED" });
  await auth.signOut();
  assert.equal((await signIn(username)).signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  await refused(confirm(wrongTotp(secret)), WRONG_CODE);
  await refused(confirm(expiredTotp(secret)), WRONG_CODE);
  await refused(confirm(used), [
    "ExpiredCodeException",
    "Your software token has already been used once.",
  ]);
  await signedOut();
  assert.deepEqual(await confirm(totp(secret, 1)), DONE);
  assert.equal((await auth.getCurrentUser()).username, username);
});

test("a required software token is set up within the sign-in", async () => {
  use(requiredToken);
  const { username } = await server.makeUser(requiredToken.id);
  const { signInStep, totpSetupDetails } = await signIn(username);
  assert.equal(signInStep, "CONTINUE_SIGN_IN_WITH_TOTP_SETUP");
  const secret = totpSetupDetails.sharedSecret;
  assert.match(totpSetupDetails.getSetupUri("Poolhouse").href, new RegExp(`${username}\\?secret=${secret}`));
  await refused(confirm(wrongTotp(secret)), WRONG_FIRST_CODE);
  await refused(confirm(expiredTotp(secret)), WRONG_FIRST_CODE);
  await signedOut();
  assert.deepEqual(await confirm(totp(secret)), DONE);
  await auth.signOut();
  assert.equal((await signIn(username)).signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  assert.deepEqual(await confirm(totp(secret, 1)), DONE);
});

test("a temporary password is replaced before a software token is set up", async () => {
  use(requiredToken);
  const { username } = await server.makeUser(requiredToken.id);
  await server.admin.send(
    new AdminSetUserPasswordCommand({
      UserPoolId: requiredToken.id,
      Username: username,
      Password: PASSWORD,
      Permanent: false,
    }),
  );
  assert.equal((await signIn(username)).signInStep, "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
  const { nextStep } = await confirm(OTHER_PASSWORD);
  assert.equal(nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_TOTP_SETUP");
  assert.deepEqual(await confirm(totp(nextStep.totpSetupDetails.sharedSecret)), DONE);
});

/** Whoever has no address yet may set up either factor. */
async function unreachable() {
  use(required);
  const made = await server.makeUser(required.id, undefined, { reachable: false });
  const step = await signIn(made.username);
  assert.equal(step.signInStep, "CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION");
  assert.deepEqual(step.allowedMFATypes, ["TOTP", "EMAIL"]);
  return made;
}

test("the factor to set up is chosen: a software token", async () => {
  await unreachable();
  const { nextStep } = await confirm("TOTP");
  assert.equal(nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_TOTP_SETUP");
  assert.deepEqual(await confirm(totp(nextStep.totpSetupDetails.sharedSecret)), DONE);
});

test("the factor to set up is chosen: an e-mail address", async () => {
  const { email } = await unreachable();
  assert.equal((await confirm("EMAIL")).nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_EMAIL_SETUP");
  await refused(confirm("not@an@address"), ["InvalidParameterException"]);
  assert.equal((await confirm(email)).nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  const code = await server.code(email);
  await refused(confirm(otherThan(code)), WRONG_CODE);
  await signedOut();
  assert.deepEqual(await confirm(code), DONE);
  assert.equal((await auth.fetchUserAttributes()).email, email);
});

for (const [factor, signInStep] of [
  ["sms", "CONFIRM_SIGN_IN_WITH_SMS_CODE"],
  ["email", "CONFIRM_SIGN_IN_WITH_EMAIL_CODE"],
]) {
  test(`codes by message: ${factor}`, async () => {
    const { username, email } = await signedIn();
    const number = server.number();
    if (factor === "sms") {
      await refused(auth.updateMFAPreference({ sms: "ENABLED" }), ["InvalidParameterException"]);
      await attribute(optional, username, "phone_number", number);
    }
    await auth.updateMFAPreference({ [factor]: "ENABLED" });
    await auth.signOut();
    const step = await signIn(username);
    assert.equal(step.signInStep, signInStep);
    assert.equal(step.codeDeliveryDetails.deliveryMedium, factor === "sms" ? "SMS" : "EMAIL");
    const code = await server.code(factor === "sms" ? number : email);
    await refused(confirm(otherThan(code)), WRONG_CODE);
    await signedOut();
    assert.deepEqual(await confirm(code), DONE);
  });
}

test("the choice among factors", async () => {
  const { username, email } = await withToken();
  await auth.updateMFAPreference({ totp: "ENABLED", email: "ENABLED" });
  await auth.signOut();
  const step = await signIn(username);
  assert.equal(step.signInStep, "CONTINUE_SIGN_IN_WITH_MFA_SELECTION");
  assert.deepEqual(step.allowedMFATypes.toSorted(), ["EMAIL", "TOTP"]);
  // A factor that the user does not have.
  await refused(confirm("SMS"), ["InvalidParameterException"]);
  assert.equal((await confirm("EMAIL")).nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  assert.deepEqual(await confirm(await server.code(email)), DONE);
});

test("preferences", async () => {
  const { username } = await signedIn();
  await attribute(optional, username, "phone_number", server.number());
  assert.deepEqual(await auth.fetchMFAPreference(), { enabled: undefined, preferred: undefined });
  await refused(auth.updateMFAPreference({ sms: "PREFERRED", email: "PREFERRED" }), ["InvalidParameterException"]);
  await auth.updateMFAPreference({ sms: "ENABLED", email: "PREFERRED" });
  assert.deepEqual(await auth.fetchMFAPreference(), { enabled: ["SMS", "EMAIL"], preferred: "EMAIL" });
  await auth.updateMFAPreference({ sms: "PREFERRED" });
  assert.deepEqual(await auth.fetchMFAPreference(), { enabled: ["SMS", "EMAIL"], preferred: "SMS" });
  await auth.updateMFAPreference({ sms: "NOT_PREFERRED", email: "DISABLED" });
  assert.deepEqual(await auth.fetchMFAPreference(), { enabled: ["SMS"], preferred: undefined });
});

test("what an administrator changes ends the sign-in", async () => {
  const { username, email } = await signedIn();
  await auth.updateMFAPreference({ email: "ENABLED" });
  await auth.signOut();
  await signIn(username);
  await prefer(username, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
  await refused(confirm(await server.code(email)), ["NotAuthorizedException", "Invalid session for the user."]);
  await signedOut();
});

test("a remembered device is asked for no code until it is forgotten", async () => {
  const pool = await server.makeMfaPool("ON", ["SOFTWARE_TOKEN_MFA"], {
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  });
  use(pool);
  const { username } = await server.makeUser(pool.id);
  const { totpSetupDetails } = await signIn(username);
  assert.deepEqual(await confirm(totp(totpSetupDetails.sharedSecret)), DONE);
  const [{ id }] = await auth.fetchDevices();
  await auth.signOut();
  await refused(signIn(username, OTHER_PASSWORD), ["NotAuthorizedException", "Incorrect username or password."]);
  assert.equal((await signIn(username)).signInStep, "DONE");
  assert.equal((await auth.fetchAuthSession()).tokens.accessToken.payload.device_key, id);
  await auth.signOut();
  await server.admin.send(new AdminForgetDeviceCommand({ UserPoolId: pool.id, Username: username, DeviceKey: id }));
  assert.equal((await signIn(username)).signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  await signedOut();
});
