import CBuildStamp

/// Which version of Counterpoise this is, and what it was built from.
public enum Build {
  /// The version; it is stored with every run.
  public static let version = "0.1.0"

  /// The commit of the sources, with `+` behind it where files differed from it; `nil` where the
  /// program was built without `make`.
  public static var commit: String? { build_stamp_commit().map { String(cString: $0) } }

  /// What `poise --version` prints, such as `0.1.0 (commit 25ad9c1f0e4b)`.
  public static var description: String {
    guard let commit else { return "\(version) (commit unknown)" }
    let changes = commit.hasSuffix("+") ? ", with changes" : ""
    return "\(version) (commit \(commit.prefix(12))\(changes))"
  }
}
