"""Tests in a browser: a package, so that browser and servers live as long as it does, and no longer."""
