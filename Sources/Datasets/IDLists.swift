import Files

/// Files with one id a line.
struct IDLists {
  let catalogue: Catalogue
  /// The part of each listed id; ids that are known but cannot be used as well.
  private(set) var parts: [String: SplitName] = [:]
  private(set) var unusable = 0
  private let known: Set<String>
  private let setAside: Set<String>

  init(catalogue: Catalogue) {
    self.catalogue = catalogue
    known = Set(catalogue.examples.map(\.id))
    setAside = Set(catalogue.quarantined.map(\.id))
  }

  mutating func read(_ file: String, as part: SplitName) throws(SplitError) {
    var unknown: [(line: Int, id: String)] = []
    var twice: [String] = []
    for (line, text) in try ids(in: file) {
      let id = IDLine.id(in: text) { known.contains($0) || setAside.contains($0) }
      if let other = parts[id], other != part {
        twice.append(id)
      } else if known.contains(id) {
        parts[id] = part
      } else if setAside.contains(id) {
        if parts.updateValue(part, forKey: id) == nil { unusable += 1 }
      } else {
        unknown.append((line, id))
      }
    }
    if !twice.isEmpty {
      let others = Set(twice.compactMap { parts[$0]?.rawValue }).sorted()
      throw SplitError(
        .badList, at: file,
        "this \(part.rawValue) list shares \(Wording.count(twice.count, "id")) with that of"
          + " \(others.joined(separator: " and ")): \(Wording.list(twice))",
        advice: "list every id once; an image in two splits makes the comparison worthless")
    }
    if !unknown.isEmpty {
      throw SplitError(
        .badList, at: file,
        "\(Wording.count(unknown.count, "id")) of no example of the data set:"
          + " \(Wording.list(unknown.map(\.id))), the first in line \(unknown[0].line)",
        advice: "correct the list, or check that it belongs to data set '\(catalogue.name)'")
    }
  }

  private func ids(in file: String) throws(SplitError) -> [(line: Int, id: String)] {
    let bytes: [UInt8]
    do throws(FileError) {
      let path = try SafePath.resolve(
        file, under: catalogue.root, links: catalogue.links.safePath)
      // A list of no ids is one: nobody is in that part. A FIFO has no size either.
      if FileKind(at: path) == .regular, try FileStamp(of: path)?.size == 0 { return [] }
      bytes = try Gzip.decompress(path: path, limit: 1 << 28)
    } catch {
      throw SplitError(.badList, at: file, error.description)
    }
    let text: String
    do throws(DatasetError) {
      let decoding = try TextDecoding(bytes, declared: nil, path: file)
      text = String(decoding: decoding.bytes, as: UTF8.self)
    } catch {
      throw SplitError(
        .badList, at: error.place, error.reason, advice: "save the file as UTF-8")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { (line: $0.offset + 1, id: String($0.element).trimmingBlanks()) }
      .filter { !$0.id.isEmpty }
  }
}
