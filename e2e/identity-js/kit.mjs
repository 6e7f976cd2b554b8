// amazon-cognito-identity-js with promises: what it calls back first is what a step comes to.

import assert from "node:assert/strict";
import identity from "amazon-cognito-identity-js";
import { PASSWORD } from "support";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;

/** A pool as one app installation sees it: its tokens and devices are kept to itself. */
export const open = (server, { id, clientId }) =>
  new CognitoUserPool({ UserPoolId: id, ClientId: clientId, endpoint: `${server.url}/`, Storage: storage() });

function storage() {
  const kept = new Map();
  return {
    setItem: (key, value) => kept.set(key, value),
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
}

export const userOf = (username, pool) => new CognitoUser({ Username: username, Pool: pool, Storage: pool.storage });

/** The first thing that the library calls back with: a session, a secret, or what it asks for. */
export const step = (run) =>
  new Promise((resolve, reject) =>
    run({
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      mfaRequired: (name, parameters) => resolve({ asked: name, parameters }),
      totpRequired: (name, parameters) => resolve({ asked: name, parameters }),
      selectMFAType: (name, parameters) => resolve({ asked: name, parameters }),
      newPasswordRequired: () => resolve({ asked: "NEW_PASSWORD_REQUIRED" }),
      mfaSetup: (name, parameters) => resolve({ asked: name, parameters }),
      associateSecretCode: (secret) => resolve({ secret }),
    }),
  );

/** Signs in by SRP. */
export const signIn = (user, password = PASSWORD) =>
  step((callbacks) =>
    user.authenticateUser(
      new AuthenticationDetails({ Username: user.getUsername(), Password: password }),
      callbacks,
    ),
  );

export const associate = (user) => step((callbacks) => user.associateSoftwareToken(callbacks));
export const verify = (user, code) => step((callbacks) => user.verifySoftwareToken(code, "phone", callbacks));
export const sendCode = (user, code, factor) => step((callbacks) => user.sendMFACode(code, callbacks, factor));
export const choose = (user, factor) => step((callbacks) => user.sendMFASelectionAnswer(factor, callbacks));

export const refused = (promise, [code, message]) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.code ?? error.name, code);
    if (message) assert.equal(error.message, message);
    return true;
  });
