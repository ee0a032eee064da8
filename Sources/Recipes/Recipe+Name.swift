extension Recipe {
  /// The run's readable name, unique within an experiment and fit for a file name:
  /// `label-s1`, or with a variant `sweep-power=0.25,cap=4-s1`.
  ///
  /// Spaces between swept settings become commas; all bytes but letters, digits and `._=+-` are
  /// written as `%` and two hexadecimal digits.
  public var runName: String {
    let parts = [label, variant].filter { !$0.isEmpty }.map(Self.fileSafe)
    return (parts + ["s\(seed)"]).joined(separator: "-")
  }

  private static func fileSafe(_ text: String) -> String {
    var safe = ""
    for byte in text.utf8 {
      switch UnicodeScalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "=", "+", "-":
        safe.unicodeScalars.append(UnicodeScalar(byte))
      case " ": safe += ","
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        safe += "%" + (hex.count == 1 ? "0" : "") + hex
      }
    }
    return safe
  }
}
