mod between_check_and_grant;
mod initiate_auth;
mod one_owner;
mod refresh;
mod respond_to_auth_challenge;
mod sign_out;
mod tokens;
mod unknown_names;
