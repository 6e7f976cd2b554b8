// The AWS SDK for JavaScript v3: its serialisation, its error classes, its paginators.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import * as idp from "@aws-sdk/client-cognito-identity-provider";
import { OTHER_PASSWORD, PASSWORD, Poolhouse, REGION, unique } from "support";

let server, pool, client;

before(async () => {
  server = await Poolhouse.start();
  pool = await server.makePool();
  // Public operations need no credentials.
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
    if (idp[name]) assert.ok(error instanceof idp[name], `${name} is the modelled class`);
    if (message) assert.equal(error.message, message);
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });

const signIn = (username, password = PASSWORD, clientId = pool.clientId) =>
  client.send(
    new idp.InitiateAuthCommand({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  );

test("sign-up, confirmation, sign-in", async () => {
  const username = unique("anna");
  const email = `${username}@example.com`;
  const signUp = await client.send(
    new idp.SignUpCommand({
      ClientId: pool.clientId,
      Username: username,
      Password: PASSWORD,
      UserAttributes: [{ Name: "email", Value: email }],
    }),
  );
  assert.equal(signUp.UserConfirmed, false);
  assert.equal(signUp.CodeDeliveryDetails.Destination, "a***@e***");
  await refused(signIn(username), "UserNotConfirmedException", "User is not confirmed.");
  await client.send(
    new idp.ConfirmSignUpCommand({
      ClientId: pool.clientId,
      Username: username,
      ConfirmationCode: await server.code(email),
    }),
  );
  const { AuthenticationResult } = await signIn(username);
  const user = await client.send(new idp.GetUserCommand({ AccessToken: AuthenticationResult.AccessToken }));
  assert.equal(user.Username, username);
});

test("dates arrive as dates", async () => {
  const { UserPool } = await server.admin.send(new idp.DescribeUserPoolCommand({ UserPoolId: pool.id }));
  assert.ok(UserPool.CreationDate instanceof Date);
  assert.ok(Math.abs(UserPool.CreationDate - Date.now()) < 60_000);
});

test("paginators", async () => {
  const paged = await server.makePool();
  const names = new Set();
  for (let i = 0; i < 5; i++) names.add((await server.makeUser(paged.id)).username);
  const pages = [];
  const config = { client: server.admin, pageSize: 2 };
  for await (const page of idp.paginateListUsers(config, { UserPoolId: paged.id })) pages.push(page.Users);
  assert.deepEqual(
    pages.map((users) => users.length),
    [2, 2, 1],
  );
  assert.deepEqual(new Set(pages.flat().map((user) => user.Username)), names);
});

test("refresh by GetTokensFromRefreshToken", async () => {
  const { username } = await server.makeUser(pool.id);
  const { RefreshToken } = (await signIn(username)).AuthenticationResult;
  const fresh = await client.send(
    new idp.GetTokensFromRefreshTokenCommand({ ClientId: pool.clientId, RefreshToken }),
  );
  assert.ok(fresh.AuthenticationResult.AccessToken);
  await refused(
    client.send(new idp.GetTokensFromRefreshTokenCommand({ ClientId: pool.clientId, RefreshToken: "made-up" })),
    "NotAuthorizedException",
    "Invalid Refresh Token.",
  );
});

test("revoked tokens", async () => {
  const { username } = await server.makeUser(pool.id);
  const tokens = (await signIn(username)).AuthenticationResult;
  await client.send(new idp.RevokeTokenCommand({ ClientId: pool.clientId, Token: tokens.RefreshToken }));
  await refused(
    client.send(new idp.GetUserCommand({ AccessToken: tokens.AccessToken })),
    "NotAuthorizedException",
    "Access Token has been revoked",
  );
});

test("errors arrive as the classes of the model", async () => {
  const { username } = await server.makeUser(pool.id);
  await refused(signIn(username, "Wrong-Horse-7!"), "NotAuthorizedException", "Incorrect username or password.");
  await refused(signIn("nobody"), "UserNotFoundException", "User does not exist.");
  await refused(signIn(username, PASSWORD, "0".repeat(26)), "ResourceNotFoundException");
  await refused(
    server.admin.send(new idp.AdminCreateUserCommand({ UserPoolId: pool.id, Username: username })),
    "UsernameExistsException",
  );
  await refused(
    client.send(
      new idp.SignUpCommand({ ClientId: pool.clientId, Username: unique("anna"), Password: "Simple77" }),
    ),
    "InvalidPasswordException",
    "Password did not conform with policy: Password must have symbol characters",
  );
  await refused(
    client.send(
      new idp.ConfirmForgotPasswordCommand({
        ClientId: pool.clientId,
        Username: username,
        ConfirmationCode: "123456",
        Password: OTHER_PASSWORD,
      }),
    ),
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
  );
});

test("the answer to a challenge nobody set", async () => {
  const { username } = await server.makeUser(pool.id);
  await refused(
    client.send(
      new idp.RespondToAuthChallengeCommand({
        ClientId: pool.clientId,
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        Session: "A".repeat(100),
        ChallengeResponses: { USERNAME: username, NEW_PASSWORD: OTHER_PASSWORD },
      }),
    ),
    "NotAuthorizedException",
    "Invalid session for the user.",
  );
});

test("a client with a secret", async () => {
  const { username } = await server.makeUser(pool.id);
  const { clientId, clientSecret } = await server.makeClient(pool.id, { GenerateSecret: true });
  const hash = createHmac("sha256", clientSecret).update(username + clientId).digest("base64");
  const send = (parameters) =>
    client.send(
      new idp.InitiateAuthCommand({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: clientId,
        AuthParameters: { USERNAME: username, PASSWORD, ...parameters },
      }),
    );
  assert.ok((await send({ SECRET_HASH: hash })).AuthenticationResult);
  await refused(
    send({}),
    "NotAuthorizedException",
    `Client ${clientId} is configured for secret but secret was not received`,
  );
  await refused(
    send({ SECRET_HASH: "A".repeat(44) }),
    "NotAuthorizedException",
    `Unable to verify secret hash for client ${clientId}`,
  );
});

test("another account's administrator finds nothing", async () => {
  const stranger = new idp.CognitoIdentityProviderClient({
    endpoint: server.url,
    region: REGION,
    credentials: { accessKeyId: "444455556666", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  await refused(
    stranger.send(new idp.DescribeUserPoolCommand({ UserPoolId: pool.id })),
    "ResourceNotFoundException",
    `User pool ${pool.id} does not exist.`,
  );
  stranger.destroy();
});
