import Foundation

/// The package as its manifest, its folders and its import lines describe it.
struct Architecture {
  /// One `A depends on B` of the manifest, within the package.
  struct Edge: Hashable {
    var from: String
    var to: String
  }

  struct Unreadable: Error, CustomStringConvertible {
    var description: String
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Names of the targets that are not tests.
  var rooms: Set<String> = []
  /// Test targets and what only they may use.
  var tests: Set<String> = []
  var edges: Set<Edge> = []
  /// As `edges`, where the other end is another package's product.
  var products: Set<Edge> = []
  /// Where each target's sources are, from the root.
  var folders: [String: String] = [:]

  /// Reads what `swift package dump-package` prints.
  init(manifest: Data) throws {
    guard let root = try JSONSerialization.jsonObject(with: manifest) as? [String: Any],
      let targets = root["targets"] as? [[String: Any]]
    else { throw Unreadable(description: "dump-package printed no targets") }
    for target in targets {
      guard let name = target["name"] as? String, let type = target["type"] as? String else {
        throw Unreadable(description: "a target has no name or no type: \(target)")
      }
      if type == "test" || name == "TestSupport" { tests.insert(name) } else { rooms.insert(name) }
      folders[name] = target["path"] as? String ?? "\(type == "test" ? "Tests" : "Sources")/\(name)"
      for case let dependency in target["dependencies"] as? [[String: Any]] ?? [] {
        // `byName` and `target` name our own; `product` is somebody else's.
        for kind in ["byName", "target"] {
          guard let value = dependency[kind] as? [Any], let other = value.first as? String else {
            continue
          }
          edges.insert(Edge(from: name, to: other))
        }
        if let product = (dependency["product"] as? [Any])?.first as? String {
          products.insert(Edge(from: name, to: product))
        }
      }
    }
  }

  /// The manifest of this package. A scratch folder of its own, because the build's is locked while
  /// the tests run.
  static func manifest() throws -> Data {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("architecture-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path,
      "dump-package",
    ]
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory
      .appendingPathComponent("architecture-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      throw Unreadable(description: "swift package dump-package failed: \(text)")
    }
    return data
  }

  /// Reads `room  floor` lines; `#` starts a comment.
  static func floors(in text: String) throws -> [String: Int] {
    var floors: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      if fields.isEmpty { continue }
      guard fields.count == 2, let floor = Int(fields[1]) else {
        throw Unreadable(description: "floors.txt: '\(line)' is not a room and its floor")
      }
      guard floors.updateValue(floor, forKey: String(fields[0])) == nil else {
        throw Unreadable(description: "floors.txt: \(fields[0]) is on two floors")
      }
    }
    return floors
  }

  /// What is wrong with the edges, one sentence each.
  func violations(floors: [String: Int]) -> [String] {
    var violations: [String] = []
    for room in rooms where floors[room] == nil {
      violations.append("\(room) has no floor in Docs/floors.txt")
    }
    for room in floors.keys where !rooms.contains(room) {
      violations.append("Docs/floors.txt names \(room), which is no target")
    }
    for edge in edges where rooms.contains(edge.from) {
      if tests.contains(edge.to) {
        violations.append("\(edge.from) depends on \(edge.to), which is for tests only")
      } else if let from = floors[edge.from], let to = floors[edge.to], to >= from {
        violations.append(
          "\(edge.from) (floor \(from)) depends on \(edge.to) (floor \(to)): not downwards")
      }
    }
    return violations.sorted()
  }

  /// Dependencies that no file of their target imports, and imports of targets that are not declared,
  /// one sentence each.
  func idleOrUndeclared() throws -> [String] {
    var found: [String] = []
    for (target, folder) in folders {
      let imported = try Self.swiftFiles(in: Self.root.appendingPathComponent(folder))
        .reduce(into: Set<String>()) {
          $0.formUnion(Self.imports(in: try String(contentsOf: $1, encoding: .utf8)))
        }
      let declared = edges.union(products).filter { $0.from == target }.map(\.to)
      // The command tests run the program `poise`, which they need built.
      for other in declared where !imported.contains(other) && target != "CommandTests" {
        found.append("\(target) declares \(other) and does not import it")
      }
      for other in imported where folders[other] != nil && !declared.contains(other) {
        found.append("\(target) imports \(other) and does not declare it")
      }
    }
    return found.sorted()
  }

  /// Modules that a Swift source imports, by its lines.
  static func imports(in source: String) -> Set<String> {
    var imports: Set<String> = []
    for line in source.split(separator: "\n") {
      var words = line.split(whereSeparator: \.isWhitespace)[...]
      // Access levels and attributes may stand before `import`.
      while let first = words.first,
        first.hasPrefix("@") || ["public", "package", "internal", "private"].contains(first)
      {
        words.removeFirst()
      }
      guard words.first == "import", words.count > 1 else { continue }
      words.removeFirst()
      // `import struct Foundation.URL` imports Foundation.
      let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "typealias", "var",
      ]
      if kinds.contains(words.first!) { words.removeFirst() }
      if let module = words.first?.split(whereSeparator: { ".;".contains($0) }).first {
        imports.insert(String(module))
      }
    }
    return imports
  }

  /// Room → files that import the module.
  static func importers(of module: String) throws -> Set<String> {
    var importers: Set<String> = []
    for (room, files) in try swiftFiles() {
      for file in files {
        let source = try String(contentsOf: file, encoding: .utf8)
        if imports(in: source).contains(module) { importers.insert(room) }
      }
    }
    return importers
  }

  /// Swift sources by the room they are in.
  static func swiftFiles() throws -> [String: [URL]] {
    var files: [String: [URL]] = [:]
    let sources = root.appendingPathComponent("Sources")
    for room in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
      files[room] = swiftFiles(in: sources.appendingPathComponent(room))
    }
    return files
  }

  /// Swift sources in a folder and those below it.
  static func swiftFiles(in folder: URL) -> [URL] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return all?.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
  }
}
