import Files
import Foundation

/// A worker's last line where the machine refused something: its run did not fail and is left.
struct WorkerRefusal: Codable {
  var refused: SystemRefusal

  init(refused: SystemRefusal) { self.refused = refused }

  /// What a line says; `nil` where it says something else.
  init?(line: String) {
    guard let told = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else { return nil }
    self = told
  }

  /// One line of JSON.
  var line: String? {
    (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Exit codes by which a worker says more than success or failure.
public enum WorkerExit {
  /// A checkpoint was written; the run can be continued.
  public static let cancelled: Int32 = 75
  /// The machine refused something, such as room on a disk; the run can be continued once it does not.
  public static let refused: Int32 = 74
}
