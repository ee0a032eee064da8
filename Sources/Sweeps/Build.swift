import CBuildStamp
import Files
import Foundation

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

  /// Which program this process runs: version, commit, and the program file's size and time of change.
  /// Two builds of one commit differ.
  public static let image: String = {
    let stamp = try? FileStamp(of: runningImage)
    return description
      + (stamp.flatMap { $0 }.map { " \($0.size) \($0.seconds) \($0.nanoseconds)" } ?? "")
  }()

  /// A path by which the program that this process runs can be started once more. On Linux it leads to
  /// the running image itself, even after the file was replaced, removed or half overwritten.
  public static var program: String {
    access(runningImage, X_OK) == 0
      ? "/proc/\(getpid())/exe" : Bundle.main.executablePath ?? CommandLine.arguments[0]
  }

  private static let runningImage = "/proc/self/exe"
}
