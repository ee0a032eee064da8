import Drawing

/// The pictures that can be files of their own.
public enum Pictures {
  /// Every picture, in the order of a page.
  package static var all: [any PictureWriter.Type] {
    [
      StrategiesPicture.self, TradeoffPicture.self, ClassesPicture.self, ConfusionsPicture.self,
      CurvesPicture.self,
      ReliabilityPicture.self, MassPicture.self, PowerPicture.self,
    ]
  }

  /// Names and what is to be seen, for a list.
  public static var list: [(name: String, summary: String)] {
    all.map { ($0.name, $0.summary) } + [(RanksPicture.name, RanksPicture.summary)]
  }

  /// The picture of several sweeps, by its name in ``list``.
  public static let ofSeveral = RanksPicture.name

  /// A critical-difference diagram as an SVG file for paper, in light colours.
  public static func file(of ranks: RankComparison, millimetres: Double) -> String {
    let width = PaperLayout.width(millimetres)
    return RanksPicture.picture(of: ranks, width: width)
      .file(millimetres: millimetres, style: Palette.paper).text
  }

  /// An SVG file for paper, in light colours; `nil` where the comparison and its evidence do not have
  /// what it shows.
  ///
  /// - Parameters:
  ///   - name: one of ``list``.
  ///   - millimetres: how wide it is, such as 84 for a column.
  public static func file(
    _ name: String, of comparison: Comparison, with evidence: Evidence, millimetres: Double
  ) -> String? {
    guard let writer = all.first(where: { $0.name == name }) else { return nil }
    let context = PageContext(comparison, with: evidence)
    guard let picture = writer.picture(in: context, for: .paper(millimetres: millimetres)) else {
      return nil
    }
    // A picture that is narrower than its medium keeps the size of its text.
    let width =
      millimetres * picture.width
      / PictureMedium.paper(millimetres: millimetres).width
    return picture.file(millimetres: width, style: Palette.paper).text
  }
}
