import Foundation

/// The documents that readers of the repository meet, and what they say about it.
struct Documents {
  /// Text by path from the root, such as `Docs/usage.md`.
  var texts: [String: String]

  /// README, CONTRIBUTING and CHANGELOG, everything in `Docs`, and the READMEs of rooms.
  static func ofRepository() throws -> Documents {
    var paths = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    let files = FileManager.default
    for folder in ["Docs", "Experiments", "Sources", "Tests/TestSupport"] {
      let all = files.enumerator(atPath: Architecture.root.appendingPathComponent(folder).path)
      for case let path as String in all ?? .init() where path.hasSuffix(".md") {
        paths.append("\(folder)/\(path)")
      }
    }
    var texts: [String: String] = [:]
    for path in paths { texts[path] = try Repository.text(of: path) }
    return Documents(texts: texts)
  }

  /// Everything that stands in code, in spans or between fences, by document.
  var code: [(path: String, text: String)] {
    texts.sorted { $0.key < $1.key }.map { ($0.key, MarkdownText($0.value).code) }
  }

  /// First cells of the rows below a header line such as `| Command | Does |`.
  func firstCells(below header: String, in path: String) -> [String] {
    let lines = (texts[path] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    var cells: [String] = []
    var isInside = false
    for line in lines {
      if line == header {
        isInside = true
      } else if isInside, line.hasPrefix("| ") {
        // A bar within code is written `\|`.
        let cell = line.replacing("\\|", with: "/").dropFirst(2).prefix { $0 != "|" }
        cells.append(cell.trimmingCharacters(in: .whitespaces))
      } else if !line.hasPrefix("|") {
        isInside = false
      }
    }
    return cells
  }
}

/// A Markdown text taken apart into code and prose.
struct MarkdownText {
  /// What stands in code spans, a line each, and between fences.
  var code = ""
  /// The rest, with code left out.
  var prose = ""
  /// Headings as links name them: lower case, spaces as hyphens, other signs dropped.
  var anchors: Set<String> = []

  init(_ text: String) {
    var outside = ""
    var isFenced = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isFenced.toggle()
      } else if isFenced {
        code += line + "\n"
      } else {
        outside += line + "\n"
        if line.hasPrefix("#") { anchors.insert(Self.anchor(of: line.drop { $0 == "#" })) }
      }
    }
    for (index, piece) in outside.split(separator: "`", omittingEmptySubsequences: false)
      .enumerated()
    {
      if index.isMultiple(of: 2) {
        prose += piece
      } else {
        code += piece.replacing("\n", with: " ") + "\n"
      }
    }
  }

  static func anchor(of heading: some StringProtocol) -> String {
    let kept = heading.trimmingCharacters(in: .whitespaces).lowercased().filter {
      $0.isLetter || $0.isNumber || " -_".contains($0)
    }
    return kept.replacing(" ", with: "-")
  }
}

/// Files of the repository, by path from its root.
enum Repository {
  static func text(of path: String) throws -> String {
    try String(contentsOf: Architecture.root.appendingPathComponent(path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Architecture.root.appendingPathComponent(path).path)
  }

  /// Files below folders whose names end in one of `kinds`, by path; hidden folders, such as a virtual
  /// environment, and what benchmarks write are not the repository's.
  static func texts(below folders: [String], kinds: Set<String>) throws -> [String: String] {
    var texts: [String: String] = [:]
    for folder in folders {
      let all = FileManager.default.enumerator(
        atPath: Architecture.root.appendingPathComponent(folder).path)
      for case let path as String in all ?? .init() {
        let name = path.split(separator: "/").last ?? ""
        if name.hasPrefix(".") || path == "out" {
          all?.skipDescendants()
          continue
        }
        guard kinds.contains(String(path.split { "./".contains($0) }.last ?? "")) else { continue }
        texts["\(folder)/\(path)"] = try text(of: "\(folder)/\(path)")
      }
    }
    return texts
  }
}
