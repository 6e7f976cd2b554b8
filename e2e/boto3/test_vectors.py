"""Fixed values of SRP and SECRET_HASH. The server's own tests hold the same ones, so both ends agree."""

from kit import secret_hash
from pycognito.aws_srp import AWSSRP, calculate_u

POOL_ID = "eu-west-1_aBcD3fGhI"
CLIENT_ID = "1example23456789abcdefghij"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef"
TYPED = "alice@example.com"
USERNAME = "34c84488-e0e1-70ae-d2ee-991ad1a898c8"
PASSWORD = "Correct-Horse 7!é"
SALT = "8f63479ad69a090b258277ec8fba6f99"
TIMESTAMP = "Sat Mar 7 09:05:03 UTC 2026"
SECRET_BLOCK = "c2VjcmV0LWJsb2NrLTAxMjM0NTY3ODk="
SMALL_A = int(
    """
    fd2d1ea935c94c70391bd6682ddcb765f487cdb804c2599fbc187ac6e81b484a389a90f0ac16b36e66a43dcd151e40a3
    c292eb9900a913a5fab126e3f9fbf3473362a6b1f8176817b55cbd3a77ee3196ec70738d471c35549806fc7b369f0f5a
    e8c1fff9a4733b4825928db257ac5b8b3802acbcd5fbbd6fbc18db526b9f7552
    """.translate({32: None, 10: None}),
    16,
)
LARGE_A = int(
    """
    8a174f25f5d129a08222fa92c862c0ec58c2775c1feea673573ee1bb55224037bea1df6178e7a39d5034a45f5c024517
    e262df86d5d01979e520d4f7e9c3c6df1ce82388a5f742ad0cb4ea03b1d89c40701d24780e3daa5de315f5234aad80ed
    84b14664c2504080639fa0ccb554e9141afaece0ed08515887706d873a87bdf5add43d1eabf79b99041cbacba7cc1e27
    fcf96747755cc426c39a23e2e35e2f81238e9645e1e8178710d50944616c546e610e585c0668b31950baaa4c24d796be
    16c7c3c8f99d3f102aa273deffc97de50e53312fb2cf6eb96ac367a1f624bf93c8a850f89431da98857730ca3cc9c7e8
    c0d85f99547c8425803bf2e1439faf7baf815667fca94d9c658062ef93b9fbea8438632d93d145207e7cdfd2acf5a09f
    d132f0aeb8044e8c2c532d7c1e263e986dcec0242620d32f8d4d2175c35ea893b38c42b6d266ce76465e59d05f6b2ef5
    31f0b953c8edaadce6d44a3df0605bceb2cc9b1c0e93cf729edf6a325f497c8e44b1c27463e58b3a8e6b4c56fb4be3c8
    """.translate({32: None, 10: None}),
    16,
)
B = int(
    """
    c5faf4a5c8b56309dde52b3e7d88dc9adf138aa8d2e407637bfc5e449d863e65ad27805ca82aabda85460c5838d4b044
    2347dfdecaad8910b8541c2a231ae0db31be13f826faefe3d23504e3c4c497f1d492bd9a4dcf9ea79e7540ac3d6606b0
    6a15d38854084d26259238b140ba2589514def198f4887ca9a7f5c41392c6e3aff743ac0b5b0a051481158f841f4ee98
    dd0f81de4a86a93ab40550d05fb05b9430ba75a5c3e5ce559833f0f1f10b378f1ced979a86c14a9c6c2774cf03d3fde1
    163cb19d5e6fdd0af41e93665b5551aba5da23eb59553074b794b5ef764deeda6d36bf51d72280e61d978c3acc624014
    73adb082a01ef38550ae7dcce75886efad3d50598ab6cb030435e09e6288e5fcde02a63fc95b3da85f4fc3108c5f37a4
    b57d16e9d4b547f389265be9d1779ffa137ec1fe66caa1ab356f0269ec3eed7b36c34b2c392df6ab5a66f4089f446592
    543d67dc2b7c3d2e3763314411dd6c2a91f8968fc15ca5ac0f9511b3c33ffab4190ce29fc4888db5d8ffeed790f0335e
    """.translate({32: None, 10: None}),
    16,
)
U = 0xe7215df34644d1c80b42ec4a99695ce16ac3017ec9606a7bf9b29b3c27181e49
SIGNATURE = "9PgWGnLbImAGDx/naIDUHDa7UIl8Kbkqq/+TOz1xacI="


def vector(monkeypatch):
    monkeypatch.setattr(AWSSRP, "generate_random_small_a", lambda self: SMALL_A)
    monkeypatch.setattr(AWSSRP, "get_cognito_formatted_timestamp", staticmethod(lambda _: TIMESTAMP))
    return AWSSRP(TYPED, PASSWORD, POOL_ID, CLIENT_ID, client=object(), client_secret=SECRET)


def test_the_public_value(monkeypatch):
    assert vector(monkeypatch).large_a_value == LARGE_A
    assert calculate_u(LARGE_A, B) == U


def test_the_signature(monkeypatch):
    srp = vector(monkeypatch)
    answer = srp.process_challenge(
        {
            "USERNAME": USERNAME,
            "USER_ID_FOR_SRP": USERNAME,
            "SALT": SALT,
            "SRP_B": f"{B:x}",
            "SECRET_BLOCK": SECRET_BLOCK,
        },
        srp.get_auth_params(),
    )
    assert answer["PASSWORD_CLAIM_SIGNATURE"] == SIGNATURE


def test_the_secret_hash():
    assert secret_hash(TYPED, CLIENT_ID, SECRET) == "5X3t8gJ3S/Yf7V9PqafCy2KGr2iWk2UFSWhfeQ9JxF8="
    assert secret_hash(USERNAME, CLIENT_ID, SECRET) == "VVzOMLx3F+HcTq8qIErufdIQ2ANjxzTSCNn/czKWNl8="
