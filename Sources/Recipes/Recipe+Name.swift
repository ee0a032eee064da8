import Files

extension Recipe {
  /// The run's readable name, unique within an experiment and fit for a file name:
  /// `label-s1`, or with a variant `sweep-power=0.25,cap=4-s1`; in a stage `label-rest-s1`, of a fold
  /// `label-s1-f3`.
  ///
  /// Spaces between swept settings become commas; all bytes but letters, digits and `._=+-` are
  /// written as `%` and two hexadecimal digits. What is longer than 120 bytes ends with eight digits
  /// of its hash instead.
  public var runName: String {
    let parts = [label, variant, stage?.name ?? ""].filter { !$0.isEmpty }.map(Self.fileSafe)
    let group = parts.joined(separator: "-")
    let end = "-s\(seed)" + (split.fold.map { "-f\($0)" } ?? "")
    guard group.utf8.count > 120 else { return group + end }
    return "\(group.prefix(111))~\(SHA256Digest.hex(of: group).prefix(8))\(end)"
  }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch UnicodeScalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "=", "+", "-": true
    default: false
    }
  }

  private static func fileSafe(_ text: String) -> String {
    // Nearly all are, and names are made of every run.
    if text.utf8.allSatisfy(isSafe) { return text }
    var safe = ""
    for byte in text.utf8 {
      switch UnicodeScalar(byte) {
      case _ where isSafe(byte): safe.unicodeScalars.append(UnicodeScalar(byte))
      case " ": safe += ","
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        safe += "%" + (hex.count == 1 ? "0" : "") + hex
      }
    }
    return safe
  }
}
