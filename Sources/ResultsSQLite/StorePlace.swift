import Foundation

/// Where a results file is, and how it names files near it: a folder that is moved or copied with all
/// that is in it stays whole.
public struct StorePlace: Sendable {
  /// The folder that holds the file, absolute; as it was written, and without symbolic links.
  private let folders: [String]

  /// The place of a file, which need not exist.
  public init(ofStore path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().standardizedFileURL
    folders = [folder.path, folder.resolvingSymlinksInPath().path]
  }

  /// A path as the file keeps it: relative where it lies below the file's folder.
  public func relative(_ path: String) -> String {
    guard path.hasPrefix("/") else { return path }
    let file = URL(fileURLWithPath: path).standardizedFileURL
    let parent = file.deletingLastPathComponent().resolvingSymlinksInPath().path
    for candidate in [file.path, "\(parent)/\(file.lastPathComponent)"] {
      for folder in folders {
        let start = folder == "/" ? "/" : folder + "/"
        if candidate.hasPrefix(start) { return String(candidate.dropFirst(start.count)) }
      }
    }
    return path
  }

  /// A path that the file keeps, as programs can open it.
  public func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : (folders[0] == "/" ? "/\(path)" : "\(folders[0])/\(path)")
  }
}
