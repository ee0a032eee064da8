/// The name of a convolution's implementation, as it is stored with every run.
///
/// The raw values are stored text: an implementation that computes other bits needs a name of its
/// own, and a name that runs were stored with is never given to another implementation.
public enum ConvolutionKernelName: Hashable, Sendable {
  /// ``StemConvolution``.
  case winogradStem
  /// ``WinogradConvolution`` with tiles of so many rows and columns of outputs.
  case winograd(rows: Int, columns: Int)
  /// ``PerPixelConvolution``.
  case perPixel
  /// ``StrassenConvolution``.
  case strassen
  /// ``GatheredConvolution``.
  case gathered
  /// ``ReferenceConvolution``.
  case reference
}

extension ConvolutionKernelName: CaseIterable {
  /// Outputs along a side of a Winograd tile.
  private static let tileExtents = 2...5

  public static var allCases: [ConvolutionKernelName] {
    let tiles = tileExtents.flatMap { rows in
      tileExtents.map { ConvolutionKernelName.winograd(rows: rows, columns: $0) }
    }
    return [.winogradStem] + tiles + [.perPixel, .strassen, .gathered, .reference]
  }
}

extension ConvolutionKernelName: RawRepresentable {
  /// Such as `winograd 4×5`.
  public var rawValue: String {
    switch self {
    case .winogradStem: "winograd stem 3×3"
    case .winograd(let rows, let columns): "winograd \(rows)×\(columns)"
    case .perPixel: "per pixel"
    case .strassen: "strassen"
    case .gathered: "gathered"
    case .reference: "reference"
    }
  }

  /// The implementation of this name; nil where there is none.
  public init?(rawValue: String) {
    guard let found = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = found
  }
}
