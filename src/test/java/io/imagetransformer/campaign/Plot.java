package io.imagetransformer.campaign;

import java.util.List;
import java.util.Locale;

/** Curves over time as an SVG, one panel under the other; each from 0 to a little over its highest value. */
final class Plot {
    private static final int WIDTH = 760;
    private static final int PANEL = 130;
    private static final int LEFT = 70;
    private static final int TOP = 28;
    private static final int BOTTOM = 22;

    /** @param values one for each time; as long as the times */
    record Curve(String title, List<Double> values) {}

    private Plot() {}

    /**
     * @param times in seconds, rising; at least two
     * @param curves at least one
     */
    static String svg(String title, List<Double> times, List<Curve> curves) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
                        + "<text x=\"%d\" y=\"18\" font-size=\"14\">%s</text>%n",
                WIDTH, TOP + curves.size() * PANEL + BOTTOM, LEFT, title));
        for (int i = 0; i < curves.size(); i++) {
            panel(svg, times, curves.get(i), TOP + i * PANEL);
        }
        double end = times.get(times.size() - 1);
        for (int tick = 0; tick <= 6; tick++) {
            svg.append(text(
                    x(end * tick / 6, end),
                    TOP + curves.size() * PANEL + 16,
                    "middle",
                    String.format(Locale.ROOT, "%.1f min", end * tick / 6 / 60)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, List<Double> times, Curve curve, int top) {
        double most = Math.max(
                1,
                1.1 * curve.values().stream().mapToDouble(value -> value).max().orElse(1));
        double end = times.get(times.size() - 1);
        int bottom = top + PANEL - 16;
        svg.append(String.format(
                "<path d=\"M%d,%d V%d H%d\" fill=\"none\" stroke=\"#888\"/>%n", LEFT, top + 16, bottom, WIDTH - 10));
        svg.append(text(LEFT + 8, top + 14, "start", curve.title()));
        svg.append(text(LEFT - 6, top + 24, "end", String.format(Locale.ROOT, "%.0f", most)));
        svg.append(text(LEFT - 6, bottom, "end", "0"));
        svg.append("<polyline fill=\"none\" stroke=\"#1f6fb4\" stroke-width=\"1.2\" points=\"");
        for (int i = 0; i < times.size(); i++) {
            double y = bottom - curve.values().get(i) / most * (bottom - top - 16);
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(times.get(i), end), y));
        }
        svg.append("\"/>\n");
    }

    private static double x(double time, double end) {
        return LEFT + time / end * (WIDTH - 10 - LEFT);
    }

    private static String text(double x, double y, String anchor, String text) {
        return String.format(
                Locale.ROOT, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text);
    }
}
