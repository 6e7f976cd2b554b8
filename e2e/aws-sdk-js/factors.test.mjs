// The AWS SDK for JavaScript v3: a second factor set up within a sign-in, and a first factor that the user chooses.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as idp from "@aws-sdk/client-cognito-identity-provider";
import { PASSWORD, Poolhouse, REGION } from "support";
import { expiredTotp, otherThan, totp, wrongTotp } from "support/totp";

let server, client;

before(async () => {
  server = await Poolhouse.start();
  client = new idp.CognitoIdentityProviderClient({
    endpoint: server.url,
    region: REGION,
    credentials: { accessKeyId: "", secretAccessKey: "" },
    maxAttempts: 1,
  });
});

after(async () => {
  client?.destroy();
  await server?.stop();
});

const refused = (promise, name, message) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.name, name);
    assert.ok(error instanceof idp[name], `${name} is the modelled class`);
    if (message) assert.equal(error.message, message);
    return true;
  });

const initiate = (ClientId, AuthFlow, AuthParameters) =>
  client.send(new idp.InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));

const respond = (ClientId, { ChallengeName, Session }, ChallengeResponses) =>
  client.send(new idp.RespondToAuthChallengeCommand({ ClientId, ChallengeName, Session, ChallengeResponses }));

test("a pool without software tokens", async () => {
  const { id, clientId } = await server.makePool();
  const { username } = await server.makeUser(id);
  const { AuthenticationResult } = await initiate(clientId, "USER_PASSWORD_AUTH", {
    USERNAME: username,
    PASSWORD,
  });
  const { AccessToken } = AuthenticationResult;
  await refused(
    client.send(new idp.AssociateSoftwareTokenCommand({ AccessToken })),
    "SoftwareTokenMFANotFoundException",
  );
});

test("a required software token", async () => {
  const { id, clientId } = await server.makeMfaPool("ON", ["SOFTWARE_TOKEN_MFA"]);
  const { username: USERNAME } = await server.makeUser(id);
  const signIn = () => initiate(clientId, "USER_PASSWORD_AUTH", { USERNAME, PASSWORD });
  const challenge = await signIn();
  assert.equal(challenge.ChallengeName, idp.ChallengeNameType.MFA_SETUP);
  await refused(respond(clientId, challenge, { USERNAME }), "NotAuthorizedException", "Invalid session for the user.");
  const { SecretCode, Session } = await client.send(
    new idp.AssociateSoftwareTokenCommand({ Session: challenge.Session }),
  );
  const verify = (UserCode) => client.send(new idp.VerifySoftwareTokenCommand({ Session, UserCode }));
  await refused(verify(wrongTotp(SecretCode)), "EnableSoftwareTokenMFAException", "Code mismatch");
  await refused(verify(expiredTotp(SecretCode)), "EnableSoftwareTokenMFAException", "Code mismatch");
  const used = totp(SecretCode);
  const verified = await verify(used);
  assert.equal(verified.Status, idp.VerifySoftwareTokenResponseType.SUCCESS);
  const done = await respond(clientId, { ...challenge, Session: verified.Session }, { USERNAME });
  assert.ok(done.AuthenticationResult.AccessToken);

  const again = await signIn();
  assert.equal(again.ChallengeName, idp.ChallengeNameType.SOFTWARE_TOKEN_MFA);
  const answer = (code) => respond(clientId, again, { USERNAME, SOFTWARE_TOKEN_MFA_CODE: code });
  await refused(answer(wrongTotp(SecretCode)), "CodeMismatchException", "Invalid code received for user");
  await refused(
    answer(used),
    "ExpiredCodeException",
    "Your software token has already been used once.",
  );
  assert.ok((await answer(totp(SecretCode, 1))).AuthenticationResult.AccessToken);
});

test("a code as first factor", async () => {
  const { id, clientId } = await server.makePool(
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } } },
    { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] },
  );
  const { username: USERNAME, email } = await server.makeUser(id);
  const challenge = await initiate(clientId, "USER_AUTH", { USERNAME });
  assert.equal(challenge.ChallengeName, idp.ChallengeNameType.SELECT_CHALLENGE);
  assert.deepEqual(challenge.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
  await refused(respond(clientId, challenge, { USERNAME, ANSWER: "SMS_OTP" }), "InvalidParameterException");
  const asked = await respond(clientId, challenge, { USERNAME, ANSWER: "EMAIL_OTP" });
  const code = await server.code(email);
  await refused(respond(clientId, asked, { USERNAME, EMAIL_OTP_CODE: otherThan(code) }), "CodeMismatchException");
  const done = await respond(clientId, asked, { USERNAME, EMAIL_OTP_CODE: code });
  assert.ok(done.AuthenticationResult.AccessToken);
  await refused(respond(clientId, asked, { USERNAME, EMAIL_OTP_CODE: code }), "NotAuthorizedException");
});
