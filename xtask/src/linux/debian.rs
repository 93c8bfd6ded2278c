//! Debian's kernels: headers are installed, for they change nothing; the kernel itself is downloaded and unpacked.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::needs::Need;

/// A kernel that Debian has, under the name of its headers' package.
pub(super) struct Flavour {
    headers: &'static str,
    /// A file that exists while that package is installed.
    mark: &'static str,
}

pub(super) const AMD64: Flavour =
    Flavour { headers: "linux-headers-amd64", mark: "/var/lib/dpkg/info/linux-headers-amd64.list" };
pub(super) const RT_AMD64: Flavour = Flavour {
    headers: "linux-headers-rt-amd64",
    mark: "/var/lib/dpkg/info/linux-headers-rt-amd64.list",
};

/// One kernel.
pub(super) struct Kernel {
    /// As `uname -r` prints it.
    pub(super) release: String,
    pub(super) headers: PathBuf,
    pub(super) image: PathBuf,
}

impl Flavour {
    pub(super) const fn need(&self) -> Need {
        Need::File(self.mark, self.headers)
    }

    pub(super) fn name(&self) -> &'static str {
        self.headers.trim_start_matches("linux-headers-")
    }

    /// The kernel that the installed headers are for; its image is in `folder` afterwards.
    pub(super) fn kernel(&self, shell: &Shell, folder: &Path) -> Result<Kernel> {
        let package = self.headers;
        let format = "--showformat=${Depends}";
        let depends = cmd!(shell, "dpkg-query --show {format} {package}").quiet().read()?;
        let (release, version) =
            release_in(&depends).with_context(|| format!("{package} depends on `{depends}`"))?;
        let image = folder.join(format!("vmlinuz-{release}"));
        if !image.exists() {
            unpack(shell, folder, &release, &version).with_context(|| {
                format!(
                    "no kernel for the headers: try `apt-get update`, `apt-get install {package}`"
                )
            })?;
        }
        let headers = Path::new("/usr/src").join(format!("linux-headers-{release}"));
        ensure!(headers.exists(), "{} is missing", headers.display());
        Ok(Kernel { release, headers, image })
    }
}

/// Release and version of a kernel in the dependencies of a package that stands for its headers.
fn release_in(depends: &str) -> Option<(String, String)> {
    let (package, version) = depends.split_once(" (= ")?;
    let release = package.strip_prefix("linux-headers-")?;
    Some((release.into(), version.strip_suffix(')')?.into()))
}

/// Downloads the package of a kernel, and moves the kernel from it to `folder`.
fn unpack(shell: &Shell, folder: &Path, release: &str, version: &str) -> Result<()> {
    println!("      downloading linux-image-{release}; it is unpacked, not installed");
    let download = tempfile::tempdir_in(folder)?;
    let _inside = shell.push_dir(download.path());
    cmd!(shell, "apt-get download linux-image-{release}={version}")
        .quiet()
        .ignore_stderr()
        .run()?;
    let package =
        fs::read_dir(download.path())?.next().context("apt-get downloads nothing")??.path();
    let name = format!("vmlinuz-{release}");
    let script = format!("dpkg-deb --fsys-tarfile \"$1\" | tar -x ./boot/{name}");
    cmd!(shell, "sh -c {script} unpack {package}").quiet().run()?;
    Ok(fs::rename(download.path().join("boot").join(&name), folder.join(name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_known_by_its_headers() {
        let depends = "linux-headers-6.1.0-57-rt-amd64 (= 6.1.192-3)";
        let (release, version) = release_in(depends).unwrap();
        assert_eq!((release.as_str(), version.as_str()), ("6.1.0-57-rt-amd64", "6.1.192-3"));
        assert!(release_in("").is_none() && release_in("linux-image-6.1 (= 6)").is_none());
        assert_eq!((AMD64.name(), RT_AMD64.name()), ("amd64", "rt-amd64"));
    }
}
