import Foundation

extension Documents {
  /// Relative links that lead nowhere, one sentence each.
  ///
  /// - Parameter exists: whether a path from the root is a file or folder.
  func brokenLinks(exists: (String) -> Bool) -> [String] {
    var found: [String] = []
    for (path, text) in texts {
      for match in MarkdownText(text).prose.matches(of: /\]\(([^)\s]+)\)/) {
        let link = String(match.1)
        if link.contains("://") { continue }
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let target = parts[0].isEmpty ? path : Self.path(String(parts[0]), seenFrom: path)
        if !exists(target) {
          found.append("\(path) links to \(link), and there is no \(target)")
        } else if parts.count > 1, let text = texts[target],
          !MarkdownText(text).anchors.contains(String(parts[1]))
        {
          found.append("\(path) links to \(link), and \(target) has no such heading")
        }
      }
    }
    return found.sorted()
  }

  /// Paths from the root that documents name and that do not exist, one sentence each.
  ///
  /// A path with `*`, `…`, `<` or `{` stands for several: then its folder must exist.
  func missingPaths(exists: (String) -> Bool) -> [String] {
    let pattern =
      /([\w.\/-]*?)((?:Sources|Tests|Scripts|Docs|Experiments|Benchmarks)\/[^\s`"'#|,;:()\[\]]+)/
    var found: Set<String> = []
    for (path, text) in texts {
      for match in text.matches(of: pattern) where match.1.isEmpty {
        var named = String(match.2)
        if let sign = named.firstIndex(where: { "*…<{".contains($0) }) {
          named = String(named[..<sign].prefix(upTo: named[..<sign].lastIndex(of: "/")!))
        }
        while let last = named.last, !(last.isLetter || last.isNumber) { named.removeLast() }
        if !exists(named) { found.insert("\(path) names \(named), which does not exist") }
      }
    }
    return found.sorted()
  }

  /// A relative path as seen from the root.
  private static func path(_ link: String, seenFrom document: String) -> String {
    var parts = document.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") {
      if part == ".." {
        _ = parts.popLast()
      } else if part != "." {
        parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}
