"""Where uploaded files are kept, from the environment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ticketing.env import env_str


def media_storage(kind: str) -> dict[str, Any]:
    """The entry of STORAGES for uploads. Raises ImproperlyConfigured for a kind that there is not."""
    if kind == "folder":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if kind == "s3":
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _bucket()}
    raise ImproperlyConfigured(f"MEDIA_STORAGE is {kind!r}; it can be folder or s3.")


def _bucket() -> dict[str, Any]:
    """Files are read by this server alone, which asks who may see them: the bucket stays private."""
    return {
        "bucket_name": env_str("S3_BUCKET"),
        "location": env_str("S3_FOLDER", ""),
        "endpoint_url": env_str("S3_ENDPOINT_URL", "") or None,
        "region_name": env_str("S3_REGION", "") or None,
        # Without keys the machine's own role is asked for.
        "access_key": env_str("S3_ACCESS_KEY_ID", "") or None,
        "secret_key": env_str("S3_SECRET_ACCESS_KEY", "") or None,
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
    }
