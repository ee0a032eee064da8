import ArgumentParser
import Foundation
import Images

/// How long it takes to decode the pictures of a folder, and to find the identical ones.
struct Pictures: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times decoding a folder of pictures, and finding identical ones among them.",
    discussion: "Writes a pixel cache to --cache, which must not have one of these pictures yet.")

  @Argument(help: "A folder of JPEG and PNG files.") var folder: String
  @Option(help: "Where the cache goes.") var cache: String
  @Option(help: "Height and width of the cache.") var size = 32
  @Option(help: "Threads that decode.") var threads = 2
  @Flag(help: "Look for nearly identical pictures too.") var near = false
  @Flag(help: "One line of JSON instead of text.") var json = false

  func validate() throws {
    guard threads >= 1, size >= 1 else {
      throw ValidationError("--threads and --size must be at least 1")
    }
    guard !near || size == NearSearch.size else {
      throw ValidationError("--near needs --size \(NearSearch.size)")
    }
  }

  func run() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let sources = names.map { PixelSource.file(folder + "/" + $0) }
    let start = Stopwatch.wall.now
    let pixels = try PixelCache.open(
      folder: cache, sources: sources, height: size, width: size, threads: threads)
    let decoded = Stopwatch.wall.now
    guard pixels.origin == .built else {
      throw ValidationError("\(cache) has a cache of these pictures; name another folder")
    }
    let groups = try pixels.identicalPictures(of: sources, threads: threads)
    let found = Stopwatch.wall.now
    _ = try pixels.identicalPictures(of: sources, threads: threads)
    let again = Stopwatch.wall.now
    let pairs = near ? try NearSearch(in: pixels).pairs(threads: threads).count : nil
    let report = PictureReport(
      pictures: sources.count, groups: groups.count,
      copies: groups.reduce(0) { $0 + $1.members.count - 1 }, decodeSeconds: decoded - start,
      findSeconds: found - decoded, findAgainSeconds: again - found, nearPairs: pairs,
      nearSeconds: near ? Stopwatch.wall.now - again : nil)
    if json { return try printJSON(report) }
    print(
      "\(report.pictures) pictures decoded in \(fixed(report.decodeSeconds, 3)) s; \(report.groups)"
        + " groups of identical ones found in \(fixed(report.findSeconds, 3)) s, again in"
        + " \(fixed(report.findAgainSeconds, 3)) s")
  }
}

/// What `pictures --json` prints.
private struct PictureReport: Encodable {
  var pictures: Int
  var groups: Int
  /// Pictures that are there once more.
  var copies: Int
  var decodeSeconds: Double
  var findSeconds: Double
  /// From the list beside the cache.
  var findAgainSeconds: Double
  var nearPairs: Int?
  var nearSeconds: Double?
}
