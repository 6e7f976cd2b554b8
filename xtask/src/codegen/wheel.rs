//! The pinned wheel: fetched by pip, checked by its hash, read by Python's own zip and gzip modules.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Result;

pub const VERSION: &str = "1.44.5";
const SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";

const READ_MODEL: &str = "
import gzip, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
prefix = 'botocore/data/' + sys.argv[2] + '/'
name = max(n for n in wheel.namelist() if n.startswith(prefix) and n.endswith('/service-2.json.gz'))
sys.stdout.buffer.write(gzip.decompress(wheel.read(name)))
";

/// The wheel, its hash checked: `given`, or fetched into `cache` unless it lies there already.
pub fn obtain(given: Option<&Path>, cache: &Path) -> Result<PathBuf> {
    let wheel = match given {
        Some(wheel) => wheel.to_owned(),
        None => fetch(cache)?,
    };
    let bytes = std::fs::read(&wheel).map_err(|e| format!("{}: {e}", wheel.display()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    if hash != SHA256 {
        return Err(format!("{} has SHA-256 {hash}, not {SHA256}", wheel.display()));
    }
    Ok(wheel)
}

fn fetch(cache: &Path) -> Result<PathBuf> {
    let wheel = cache.join(format!("botocore-{VERSION}-py3-none-any.whl"));
    if !wheel.exists() {
        let status = Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .arg(cache)
            .arg(format!("botocore=={VERSION}"))
            .status()
            .map_err(|e| format!("pip: {e}"))?;
        if !status.success() {
            return Err("pip could not download botocore".into());
        }
    }
    Ok(wheel)
}

/// One service's model out of the wheel.
pub fn model(wheel: &Path, service: &str) -> Result<Value> {
    let output = Command::new("python3")
        .args(["-c", READ_MODEL])
        .arg(wheel)
        .arg(service)
        .output()
        .map_err(|e| format!("python3: {e}"))?;
    if !output.status.success() {
        return Err(format!("model of {service}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("model of {service}: {e}"))
}
