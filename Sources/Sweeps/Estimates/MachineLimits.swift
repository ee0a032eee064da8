import Foundation

/// What this machine, and the control group that this process is in, have to give.
public struct MachineLimits: Sendable {
  /// Bytes of memory: the machine's, or the control group's limit where that is lower.
  public var memory: Int
  /// Whether the limit is a control group's, as containers and batch systems set it.
  public var isGroupLimit: Bool
  /// Bytes that are free now or can be freed at once; `nil` where the system does not say.
  public var available: Int?
  /// Bytes that this process holds now: what another one without data would, about.
  public var own: Int

  /// Limits with all their parts.
  public init(memory: Int, isGroupLimit: Bool = false, available: Int? = nil, own: Int = 0) {
    (self.memory, self.isGroupLimit) = (memory, isGroupLimit)
    (self.available, self.own) = (available, own)
  }

  /// Of the machine that this runs on.
  ///
  /// - Parameter root: where `proc` and `sys` are; for tests.
  public static func current(root: String = "") -> MachineLimits {
    let information = text(root + "/proc/meminfo")
    let total =
      kilobytes("MemTotal", in: information) ?? Int(ProcessInfo.processInfo.physicalMemory)
    let group = groupLimit(root: root)
    let available = kilobytes("MemAvailable", in: information)
    let pages = text(root + "/proc/self/statm").split(separator: " ").dropFirst().first
    return MachineLimits(
      memory: min(total, group ?? total), isGroupLimit: group.map { $0 < total } ?? false,
      available: available.map { min($0, group ?? $0) },
      own: (pages.flatMap { Int($0) } ?? 0) * 4096)
  }

  /// Bytes free on the disk of a folder, or of the nearest folder above it that exists; `nil` where
  /// the system does not say.
  public static func freeBytes(at folder: String) -> Int? {
    var url = URL(fileURLWithPath: folder)
    while url.path != "/", !FileManager.default.fileExists(atPath: url.path) {
      url.deleteLastPathComponent()
    }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: url.path)
    return (attributes?[.systemFreeSize] as? NSNumber).map { Int($0.int64Value) }
  }

  /// The lowest limit of the process's control groups: version 2 has one for every folder up to the
  /// root, version 1 one for memory.
  private static func groupLimit(root: String) -> Int? {
    var limits: [Int] = []
    for line in text(root + "/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isSecond = parts[0] == "0" && parts[1].isEmpty
      guard isSecond || parts[1].split(separator: ",").contains("memory") else { continue }
      let base = root + "/sys/fs/cgroup" + (isSecond ? "" : "/memory")
      let file = isSecond ? "memory.max" : "memory.limit_in_bytes"
      var path = parts[2].split(separator: "/").map(String.init)
      while true {
        let folder = ([base] + path).joined(separator: "/")
        let content = text("\(folder)/\(file)").trimmingCharacters(in: .whitespacesAndNewlines)
        if let limit = Int(content) { limits.append(limit) }
        if path.isEmpty { break }
        path.removeLast()
      }
    }
    return limits.min()
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  private static func kilobytes(_ name: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { $0 * 1024 }
  }
}
