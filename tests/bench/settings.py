"""The settings of IsoTrack, and what only the comparison needs: Django's admin, and addresses of our own."""

from isotrack import settings as product

globals().update({name: value for name, value in vars(product).items() if name.isupper()})

ROOT_URLCONF = "tests.bench.urls"
INSTALLED_APPS = [*product.INSTALLED_APPS, "django.contrib.admin"]
STORAGES = product.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
AUTHENTICATION_BACKENDS = [*product.AUTHENTICATION_BACKENDS, "django.contrib.auth.backends.ModelBackend"]
ISOTRACK_AS_OF = ""
# Nothing is measured across a change of connection, and no worker of a parallel plan counts for nobody.
DATABASES = {"default": product.DATABASES["default"] | {"CONN_MAX_AGE": None}}
DATABASES["default"]["OPTIONS"]["options"] += " -c max_parallel_workers_per_gather=0"
