"""Every listed operation with Debian's hvac, unmodified, over TLS. Prints one JSON document; a step that fails ends it with its name."""

import base64
import json
import os
import sys

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

URL, CA, TOKEN = os.environ["VAULT_ADDR"], os.environ["VAULT_CACERT"], os.environ["VAULT_TOKEN"]
done = []


def client(token=TOKEN):
    return hvac.Client(url=URL, token=token, verify=CA)


def refused(kind, call):
    try:
        call()
    except kind:
        return True
    raise AssertionError("was not refused")


def step(function):
    try:
        function()
    except Exception as error:  # the test reads which step it was
        print(json.dumps({"failed": function.__name__, "error": f"{type(error).__name__}: {error}", "done": done}))
        sys.exit(1)
    done.append(function.__name__)


root = client()
kv = root.secrets.kv.v2
MOUNT, PATH = "shop", "production/db/main"


def health():
    answer = root.sys.read_health_status(method="GET")
    assert answer["initialized"] and not answer["sealed"], answer
    assert root.sys.read_health_status(method="HEAD").status_code == 200
    assert root.sys.is_initialized() and not root.sys.is_sealed()
    assert root.is_authenticated()
    assert not client("hf_nobody").is_authenticated()
    refused(InvalidRequest, lambda: root.sys.initialize())


def mounts():
    assert root.sys.list_mounted_secrets_engines()["data"]["shop/"]["options"]["version"] == "2"
    assert root.sys.retrieve_mount_option("secret", "version") == "2"
    assert "approle/" in root.sys.list_auth_methods()["data"]
    assert root.sys.list_enabled_audit_devices()["data"]["holdfast/"]["type"] == "ledger"


def kv_write_and_read():
    made = kv.create_or_update_secret(PATH, {"user": "app", "password": "one"}, mount_point=MOUNT)
    assert made["data"]["version"] == 1, made
    kv.create_or_update_secret(PATH, {"user": "app", "password": "two"}, cas=1, mount_point=MOUNT)
    refused(InvalidRequest, lambda: kv.create_or_update_secret(PATH, {"x": "y"}, cas=1, mount_point=MOUNT))
    held = kv.read_secret_version(PATH, mount_point=MOUNT)
    assert held["data"]["data"]["password"] == "two" and held["data"]["metadata"]["version"] == 2
    old = kv.read_secret_version(PATH, version=1, mount_point=MOUNT)
    assert old["data"]["data"]["password"] == "one"
    refused(InvalidPath, lambda: kv.read_secret_version("production/none", mount_point=MOUNT))
    # One part only: the environment `default` of no application.
    kv.create_or_update_secret("plain", {"value": "p"})
    assert kv.read_secret_version("plain")["data"]["data"] == {"value": "p"}


def kv_patch():
    kv.patch(PATH, {"port": 5432}, mount_point=MOUNT)
    held = kv.read_secret_version(PATH, mount_point=MOUNT)["data"]
    assert held["data"] == {"user": "app", "password": "two", "port": 5432} and held["metadata"]["version"] == 3


def kv_list():
    kv.create_or_update_secret("production/api", {"value": "k"}, mount_point=MOUNT)
    # Twice on one session: the first LIST ends its connection, and the client goes on.
    for _ in range(2):
        assert kv.list_secrets("production", mount_point=MOUNT)["data"]["keys"] == ["api", "db/"]
    assert kv.list_secrets("", mount_point=MOUNT)["data"]["keys"] == ["production/"]
    assert kv.list_secrets("production/db", mount_point=MOUNT)["data"]["keys"] == ["main"]
    refused(InvalidPath, lambda: kv.list_secrets("staging", mount_point=MOUNT))


def kv_delete_undelete_destroy():
    kv.delete_latest_version_of_secret(PATH, mount_point=MOUNT)
    refused(InvalidPath, lambda: kv.read_secret_version(PATH, mount_point=MOUNT))
    kv.undelete_secret_versions(PATH, [3], mount_point=MOUNT)
    assert kv.read_secret_version(PATH, mount_point=MOUNT)["data"]["data"]["port"] == 5432
    kv.delete_secret_versions(PATH, [2], mount_point=MOUNT)
    refused(InvalidPath, lambda: kv.read_secret_version(PATH, version=2, mount_point=MOUNT))
    kv.destroy_secret_versions(PATH, [1], mount_point=MOUNT)
    metadata = kv.read_secret_metadata(PATH, mount_point=MOUNT)["data"]
    assert metadata["current_version"] == 3
    assert metadata["versions"]["1"]["destroyed"] and metadata["versions"]["2"]["deletion_time"] != ""


def kv_metadata():
    kv.update_metadata(PATH, max_versions=5, cas_required=True, mount_point=MOUNT)
    metadata = kv.read_secret_metadata(PATH, mount_point=MOUNT)["data"]
    assert metadata["max_versions"] == 5 and metadata["cas_required"], metadata
    refused(InvalidRequest, lambda: kv.create_or_update_secret(PATH, {"a": "b"}, mount_point=MOUNT))
    kv.configure(max_versions=7, cas_required=False, mount_point=MOUNT)
    assert kv.read_configuration(mount_point=MOUNT)["data"]["max_versions"] == 7
    kv.delete_metadata_and_all_versions(PATH, mount_point=MOUNT)
    refused(InvalidPath, lambda: kv.read_secret_metadata(PATH, mount_point=MOUNT))


def tokens():
    own = root.auth.token.lookup_self()["data"]
    assert isinstance(own["ttl"], int) and own["type"] == "service" and own["expire_time"], own
    made = root.auth.token.create(policies=["secret:read", "secret:reveal"], ttl="10m", num_uses=0, renewable=True)
    child = client(made["auth"]["client_token"])
    accessor = made["auth"]["accessor"]
    assert 0 < child.auth.token.lookup_self()["data"]["ttl"] <= 600
    assert child.auth.token.renew_self(increment="20m")["auth"]["lease_duration"] > 600
    assert child.secrets.kv.v2.read_secret_version("plain")["data"]["data"] == {"value": "p"}
    refused(Forbidden, lambda: child.secrets.kv.v2.create_or_update_secret("plain", {"value": "q"}))
    refused(Forbidden, lambda: child.auth.token.create())
    assert root.auth.token.lookup(child.token)["data"]["accessor"] == accessor
    assert root.auth.token.lookup_accessor(accessor)["data"]["id"] == ""
    assert accessor in root.auth.token.list_accessors()["data"]["keys"]
    child.auth.token.revoke_self()
    assert not child.is_authenticated()
    once = client(root.auth.token.create(policies=["secret:reveal"], num_uses=1)["auth"]["client_token"])
    assert once.secrets.kv.v2.read_secret_version("plain")["data"]["data"] == {"value": "p"}
    refused(Forbidden, lambda: once.secrets.kv.v2.read_secret_version("plain"))


def approle():
    role = root.auth.approle
    role.create_or_update_approle("web", token_policies=["secret:read", "secret:reveal"], token_ttl="5m", secret_id_num_uses=2)
    assert "web" in role.list_roles()["data"]["keys"]
    assert role.read_role("web")["data"]["token_ttl"] == 300
    role_id = role.read_role_id("web")["data"]["role_id"]
    issued = role.generate_secret_id("web", metadata={"host": "a"})["data"]
    accessor = issued["secret_id_accessor"]
    assert role.read_secret_id("web", issued["secret_id"])["data"]["metadata"] == {"host": "a"}
    assert role.read_secret_id_accessor("web", accessor)["data"]["secret_id_num_uses"] == 2
    assert role.list_secret_id_accessors("web")["data"]["keys"] == [accessor]
    program = client("")
    program.auth.approle.login(role_id, issued["secret_id"])
    assert program.secrets.kv.v2.read_secret_version("plain")["data"]["data"] == {"value": "p"}
    assert program.auth.token.lookup_self()["data"]["meta"]["role_name"] == "web"
    program.auth.approle.login(role_id, issued["secret_id"])
    # Two uses are two uses.
    refused(InvalidRequest, lambda: client("").auth.approle.login(role_id, issued["secret_id"]))
    other = role.generate_secret_id("web")["data"]
    role.destroy_secret_id("web", other["secret_id"])
    refused(InvalidRequest, lambda: client("").auth.approle.login(role_id, other["secret_id"]))
    third = role.generate_secret_id("web")["data"]
    role.destroy_secret_id_accessor("web", third["secret_id_accessor"])
    elsewhere = role.generate_secret_id("web", cidr_list=["192.0.2.0/24"])["data"]
    refused(InvalidRequest, lambda: client("").auth.approle.login(role_id, elsewhere["secret_id"]))
    role.delete_role("web")
    refused(InvalidPath, lambda: role.read_role("web"))


def wrapping():
    role = root.auth.approle
    role.create_or_update_approle("wrapped", token_policies=["secret:reveal"])
    issue = {"url": "/v1/auth/approle/role/wrapped/secret-id", "wrap_ttl": "60s"}
    wrapped = root.adapter.post(**issue)["wrap_info"]
    assert wrapped["ttl"] == 60 and wrapped["creation_path"] == "auth/approle/role/wrapped/secret-id"
    looked_up = client("").adapter.post("/v1/sys/wrapping/lookup", json={"token": wrapped["token"]})["data"]
    assert looked_up["creation_ttl"] == 60, looked_up
    opened = client(wrapped["token"]).sys.unwrap()
    assert opened["data"]["secret_id"].startswith("hf_")
    # The second one comes too late, whoever it is.
    refused(InvalidRequest, lambda: client("").sys.unwrap(wrapped["token"]))
    moved = client("").adapter.post("/v1/sys/wrapping/rewrap", json={"token": root.adapter.post(**issue)["wrap_info"]["token"]})
    assert root.sys.unwrap(moved["wrap_info"]["token"])["data"]["secret_id"].startswith("hf_")
    made = root.adapter.post("/v1/sys/wrapping/wrap", json={"a": "b"}, wrap_ttl="60s")["wrap_info"]["token"]
    assert root.sys.unwrap(made)["data"] == {"a": "b"}
    login = root.auth.token.create(policies=["secret:reveal"], wrap_ttl="60s")
    assert login["auth"] is None and root.sys.unwrap(login["wrap_info"]["token"])["auth"]["client_token"].startswith("hf_")


def transit():
    engine = root.secrets.transit
    engine.create_key("orders")
    plain = base64.b64encode(b"4111 1111").decode()
    first = engine.encrypt_data("orders", plaintext=plain)["data"]["ciphertext"]
    assert first.startswith("vault:v1:")
    engine.rotate_key("orders")
    second = engine.rewrap_data("orders", ciphertext=first)["data"]["ciphertext"]
    assert second.startswith("vault:v2:")
    assert engine.decrypt_data("orders", ciphertext=first)["data"]["plaintext"] == plain
    assert engine.decrypt_data("orders", ciphertext=second)["data"]["plaintext"] == plain
    batch = engine.encrypt_data("orders", plaintext=None, batch_input=[{"plaintext": plain}, {"plaintext": plain}])
    assert len(batch["data"]["batch_results"]) == 2
    engine.update_key_configuration("orders", min_decryption_version=2)
    refused(InvalidRequest, lambda: engine.decrypt_data("orders", ciphertext=first))
    assert engine.read_key("orders")["data"]["latest_version"] == 2
    assert engine.list_keys()["data"]["keys"] == ["orders"]
    refused(InvalidRequest, lambda: engine.create_key("equal", convergent_encryption=True, derived=True))
    refused(InvalidRequest, lambda: engine.delete_key("orders"))
    engine.update_key_configuration("orders", deletion_allowed=True)
    engine.delete_key("orders")
    refused(InvalidPath, lambda: engine.read_key("orders"))


def system():
    capabilities = root.sys.get_capabilities(["shop/data/production/api", "sys/none"])["data"]
    assert "read" in capabilities["shop/data/production/api"] and capabilities["sys/none"] == ["deny"], capabilities
    assert "holdfast" in root.sys.list_policies()["data"]["policies"]
    refused(InvalidRequest, lambda: root.sys.create_or_update_policy("x", 'path "secret/*" {}'))


for each in [
    health,
    mounts,
    kv_write_and_read,
    kv_patch,
    kv_list,
    kv_delete_undelete_destroy,
    kv_metadata,
    tokens,
    approle,
    wrapping,
    transit,
    system,
]:
    step(each)
print(json.dumps({"done": done}))
