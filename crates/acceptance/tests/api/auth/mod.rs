mod initiate_auth;
mod refresh;
mod respond_to_auth_challenge;
mod sign_out;
mod tokens;
